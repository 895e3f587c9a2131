#include "nanobrain/base/append_file.h"

#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"
#include "tests/support/child.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using testing::read_text;
using testing::TempDir;
using testing::write_text;

TEST(AppendFile, AddsToWhatIsThere) {
  const TempDir dir;
  write_text(dir / "log", "one\n");
  AppendFile file(dir / "log");
  file.append("two\n");
  EXPECT_EQ(read_text(dir / "log"), "one\ntwo\n");
  file.append("three\n");
  file.sync();
  EXPECT_EQ(read_text(dir / "log"), "one\ntwo\nthree\n");
}

TEST(AppendFile, NamesTheFileThatCannotBeOpened) {
  const TempDir dir;
  EXPECT_ERROR(
      Error,
      "absent/log] cannot be opened: No such file",
      AppendFile(dir / "absent/log"));
}

TEST(AppendFile, SaysThatTheDiskIsFull) {
  AppendFile full("/dev/full");
  EXPECT_ERROR(
      Error,
      "[/dev/full] cannot be written: No space left on device; "
      "free some space",
      full.append("text"));

  const TempDir dir;
  const auto child = testing::run_in_child([&] {
    ignore_file_signals();
    testing::limit_file_size(10);
    AppendFile(dir / "log").append("more than ten bytes");
    return std::string("nothing was thrown");
  });
  EXPECT_EQ(child.signal, 0);
  EXPECT_THAT(child.text, ::testing::HasSubstr("File too large; free some"));
}

} // namespace
} // namespace nanobrain
