#include "nanobrain/data/open_bytes.h"

#include <string>

#include "nanobrain/base/error.h"
#include "nanobrain/base/random.h"
#include "tests/data/document_files.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using testing::compressed;
using testing::TempDir;
using testing::write_text;

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

TEST_P(CompressedFile, AnEmptyFileIsAnError) {
  EXPECT_ERROR(Error, "is truncated", read_whole(write("")));
}

TEST_P(CompressedFile, AFileThatEndsInItsHeaderIsNamedTruncated) {
  const std::string whole = compressed(letters(100), GetParam());
  const std::string error =
      testing::error_of<Error>([&] { read_whole(write(whole.substr(0, 8))); });
  EXPECT_THAT(error, ::testing::HasSubstr("truncated"));
  EXPECT_THAT(error, Not(::testing::HasSubstr("archive format")));
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
  for (const std::string& before : {std::string(), whole}) {
    for (const size_t left :
         {size_t{1},
          size_t{3},
          size_t{5},
          size_t{9},
          size_t{11},
          size_t{20},
          whole.size() / 2,
          whole.size() - 9,
          whole.size() - 8,
          whole.size() - 7,
          whole.size() - 6,
          whole.size() - 5,
          whole.size() - 4,
          whole.size() - 3,
          whole.size() - 2,
          whole.size() - 1}) {
      const auto path = write(before + whole.substr(0, left));
      EXPECT_ERROR(Error, path.string() + " is truncated", read_whole(path))
          << left << " bytes left of " << whole.size();
    }
  }
}

TEST_P(CompressedFile, AFlippedBitIsAnError) {
  const std::string whole = compressed(letters(100000), GetParam());
  for (const size_t at : {whole.size() / 3, whole.size() / 2}) {
    std::string damaged = whole;
    damaged[at] ^= 4;
    const auto path = write(damaged);
    EXPECT_ERROR(Error, "damaged", read_whole(path)) << "byte " << at;
  }
}

TEST_P(CompressedFile, WhatFollowsTheDataIsAnError) {
  const auto path = write(compressed(letters(1000), GetParam()) + "garbage");
  EXPECT_ERROR(Error, "damaged", read_whole(path));
}

TEST_P(CompressedFile, AFileThatIsNotCompressedIsAnError) {
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
  write_text(dir / "a.txt", text);
  EXPECT_EQ(read_whole(dir / "a.txt"), text);
}

TEST(PlainFile, AMissingOneIsAnError) {
  const TempDir dir;
  EXPECT_ERROR(
      Error,
      "cannot open " + (dir / "a.txt").string() + ": No such file",
      open_bytes(dir / "a.txt"));
  EXPECT_ERROR(
      Error,
      "cannot open " + (dir / "a.txt.gz").string(),
      open_bytes(dir / "a.txt.gz"));
  EXPECT_ERROR(
      Error,
      "cannot open " + (dir / "a.txt.xz").string(),
      open_bytes(dir / "a.txt.xz"));
}

} // namespace
} // namespace nanobrain
