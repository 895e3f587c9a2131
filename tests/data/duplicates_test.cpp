#include "nanobrain/data/duplicates.h"

#include <filesystem>
#include <set>
#include <string>

#include "nanobrain/base/random.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using testing::TempDir;

/// Of `count` documents drawn from `distinct` ones: which a set of strings and
/// the finder call copies.
void expect_agreement(size_t buffered, int count, uint64_t distinct) {
  const TempDir dir;
  DuplicateFinder finder(dir.path(), buffered);
  Random random(buffered);
  std::set<std::string> seen;
  std::vector<bool> expected;
  for (int i = 0; i < count; ++i) {
    const std::string text =
        "document " + std::to_string(random.below(distinct));
    expected.push_back(!seen.insert(text).second);
    finder.add(text);
  }
  EXPECT_TRUE(std::filesystem::is_empty(dir.path())); // no name on disk
  EXPECT_EQ(finder.find(), expected);
}

TEST(DuplicateFinder, AgreesWithASetInMemory) {
  expect_agreement(4096, 20000, 8000);
}

TEST(DuplicateFinder, AgreesWithASetWhenMostLiesOnDisk) {
  expect_agreement(1, 20000, 8000);
  expect_agreement(7, 20000, 8000);
}

TEST(DuplicateFinder, TheFirstOfManyCopiesIsKept) {
  const TempDir dir;
  DuplicateFinder finder(dir.path(), 2);
  for (int i = 0; i < 100; ++i) finder.add(i % 10 == 9 ? "other" : "same");
  std::vector<bool> expected(100, true);
  expected[0] = expected[9] = false;
  EXPECT_EQ(finder.find(), expected);
}

TEST(DuplicateFinder, NoDocumentsHaveNoCopies) {
  const TempDir dir;
  EXPECT_TRUE(DuplicateFinder(dir.path()).find().empty());
}

} // namespace
} // namespace nanobrain
