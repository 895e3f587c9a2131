#include <string>

#include "nanobrain/base/error.h"
#include "nanobrain/base/random.h"
#include "tests/data/document_files.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using namespace testing;
using ::testing::HasSubstr;

std::string read_whole(const std::filesystem::path& path) {
  const auto source = open_bytes(path);
  std::string bytes;
  for (auto block = source->next_block(); !block.empty();
       block = source->next_block()) {
    bytes += block;
  }
  EXPECT_EQ(
      source->position(),
      static_cast<int64_t>(std::filesystem::file_size(path)));
  return bytes;
}

/// Letters that compress to about half: several blocks of every reader.
std::string letters(size_t size) {
  Random random(size);
  std::string text(size, ' ');
  for (char& c : text) c = static_cast<char>('a' + random.below(16));
  return text;
}

class CompressedFile : public ::testing::TestWithParam<std::string> {
 protected:
  std::filesystem::path write(const std::string& bytes) const {
    const std::filesystem::path path = dir_ / ("a.txt" + GetParam());
    write_text(path, bytes);
    return path;
  }
  TempDir dir_;
};

TEST_P(CompressedFile, GivesWhatWasCompressed) {
  for (const size_t size : {1, 1000, 262144, 3000000}) {
    const std::string text = letters(size);
    EXPECT_EQ(read_whole(write(compressed(text, GetParam()))), text) << size;
  }
}

TEST_P(CompressedFile, ConcatenatedFilesAreReadToTheEnd) {
  const std::string first = letters(300000);
  const std::string second = letters(500);
  const std::string bytes = compressed(first, GetParam()) +
                            compressed(second, GetParam()) +
                            compressed(first, GetParam());
  EXPECT_EQ(read_whole(write(bytes)), first + second + first);
}

TEST_P(CompressedFile, EveryTruncationIsAnError) {
  const std::string whole = compressed(letters(600000), GetParam());
  std::vector<size_t> cuts = {0, 1, 3, 5, 8, 9, 11, 20, whole.size() / 2};
  for (size_t back = 1; back < 10; ++back) cuts.push_back(whole.size() - back);
  for (const std::string& before : {std::string(), whole}) {
    for (const size_t left : cuts) {
      if (left == 0 && !before.empty()) continue; // two whole ones
      const auto path = write(before + whole.substr(0, left));
      const std::string error =
          testing::error_of<Error>([&] { read_whole(path); });
      EXPECT_THAT(error, HasSubstr(path.string() + " is truncated")) << left;
      EXPECT_THAT(error, Not(HasSubstr("archive format"))) << left;
    }
  }
}

TEST_P(CompressedFile, DamageIsAnError) {
  const std::string whole = compressed(letters(100000), GetParam());
  for (const size_t at : {whole.size() / 3, whole.size() / 2}) {
    std::string damaged = whole;
    damaged[at] ^= 4;
    EXPECT_ERROR(Error, "damaged", read_whole(write(damaged))) << at;
  }
  EXPECT_ERROR(Error, "damaged", read_whole(write(whole + "garbage")));
  const auto path = write("This is plain text, whatever its name says.\n");
  EXPECT_ERROR(Error, "or not ", read_whole(path));
}

INSTANTIATE_TEST_SUITE_P(
    Formats,
    CompressedFile,
    ::testing::Values(".gz", ".xz", ".zst"),
    [](const auto& info) { return info.param.substr(1); });

TEST(PlainFile, IsReadAsItIs) {
  const TempDir dir;
  const std::string text = letters(1000000);
  write_text(dir / "text.txt", text);
  EXPECT_EQ(read_whole(dir / "text.txt"), text);
  for (const std::string name : {"a.txt", "a.txt.gz", "a.txt.xz"}) {
    EXPECT_ERROR(
        Error,
        (dir / name).string() + "] cannot be opened: No such file",
        open_bytes(dir / name));
  }
}

} // namespace
} // namespace nanobrain
