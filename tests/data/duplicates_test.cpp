#include "nanobrain/data/duplicates.h"

#include <set>
#include <string>

#include "nanobrain/base/random.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

// Documents drawn from a few: which a set of strings and the finder call
// copies.
TEST(DuplicateFinder, AgreesWithASetOfTheTexts) {
  for (const uint64_t distinct : {1, 8, 8000, 1'000'000}) {
    DuplicateFinder finder;
    Random random(distinct);
    std::set<std::string> seen;
    std::vector<bool> expected;
    for (int i = 0; i < 20'000; ++i) {
      const std::string text =
          "document " + std::to_string(random.below(distinct));
      expected.push_back(!seen.insert(text).second);
      finder.add(text);
    }
    EXPECT_EQ(finder.find(), expected);
  }
}

TEST(DuplicateFinder, NoDocumentsHaveNoCopies) {
  EXPECT_TRUE(DuplicateFinder().find().empty());
}

} // namespace
} // namespace nanobrain
