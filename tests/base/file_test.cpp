#include "nanobrain/base/file.h"

#include "nanobrain/base/error.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using testing::TempDir;
using testing::write_text;

std::string text_of(const MappedFile& file) {
  return {
      reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
}

TEST(ReadFile, GivesEveryByte) {
  const TempDir dir;
  const std::string bytes("a\0b\r\n\xff", 6);
  write_text(dir / "file", bytes);
  EXPECT_EQ(read_file(dir / "file"), bytes);
  write_text(dir / "empty", "");
  EXPECT_EQ(read_file(dir / "empty"), "");
}

TEST(ReadFile, TakesFilesWithoutALength) {
  // The kernel says that files of /proc have 0 bytes.
  EXPECT_THAT(read_file("/proc/self/status"), ::testing::StartsWith("Name:\t"));
}

TEST(ReadFile, SaysWhatCannotBeRead) {
  const TempDir dir;
  EXPECT_ERROR(
      Error,
      "absent] cannot be opened: No such file or directory; "
      "check the path",
      read_file(dir / "absent"));
  EXPECT_ERROR(
      Error, "is a folder; a file is needed here", read_file(dir.path()));
  // Address 0 is never mapped.
  EXPECT_ERROR(
      Error,
      "[/proc/self/mem] cannot be read: Input/output error",
      read_file("/proc/self/mem"));
}

TEST(MappedFile, ShowsTheWholeFile) {
  const TempDir dir;
  write_text(dir / "file", "some bytes");
  EXPECT_EQ(text_of(MappedFile(dir / "file")), "some bytes");
  write_text(dir / "empty", "");
  EXPECT_TRUE(MappedFile(dir / "empty").bytes().empty());
  EXPECT_ERROR(Error, "cannot be opened", MappedFile(dir / "absent"));
  EXPECT_ERROR(Error, "is a folder", MappedFile(dir.path()));
}

TEST(MappedFile, OutlivesTheNameAndMoves) {
  const TempDir dir;
  write_text(dir / "file", "some bytes");
  write_text(dir / "other", "others");
  MappedFile first(dir / "file");
  std::filesystem::remove(dir / "file");
  MappedFile second(std::move(first));
  EXPECT_EQ(text_of(second), "some bytes");
  second = MappedFile(dir / "other");
  EXPECT_EQ(text_of(second), "others");
}

} // namespace
} // namespace nanobrain
