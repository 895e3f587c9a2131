#include "nanobrain/base/descriptor.h"

#include <fcntl.h>
#include <unistd.h>

#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"
#include "tests/support/child.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using ::testing::HasSubstr;
using namespace testing;

TEST(ReadAll, GivesWhatIsLeftWhateverTheHint) {
  const TempDir dir;
  write_text(dir / "file", std::string(10'000, 'x') + "end");
  for (const size_t hint : {0, 3, 10'003, 50'000}) {
    const Descriptor fd(dir / "file", O_RDONLY);
    ASSERT_EQ(lseek(fd.get(), 9'999, SEEK_SET), 9'999);
    EXPECT_EQ(read_all(fd.get(), "file", hint), "xend");
  }
}

TEST(OccupyStandardDescriptors, KeepsFilesFromTheirNumbers) {
  const auto child = run_in_child([] {
    for (const int fd : {0, 1, 2}) close(fd);
    occupy_standard_descriptors();
    const Descriptor file("/dev/null", O_RDWR);
    if (file.get() <= 2) return fmt::format("a file got {}", file.get());
    // They stay as unusable as they were.
    const std::string read = testing::error_of<Error>([] { read_all(0, "0"); });
    write_all(1, "text", 4, read);
    return std::string("written");
  });
  EXPECT_THAT(
      child.text,
      ::testing::StartsWith("[[0] cannot be read: Bad file descriptor"));
  EXPECT_THAT(child.text, HasSubstr("cannot be written: Bad file descr"));
}

TEST(OccupyStandardDescriptors, LeavesThoseThatAreOpen) {
  const auto child = run_in_child([] {
    int ends[2];
    if (pipe(ends) != 0) return std::string("no pipe");
    dup2(ends[0], 0);
    dup2(ends[1], 1);
    occupy_standard_descriptors();
    write_all(1, "text", 4, "stdout");
    close(1);
    close(ends[1]);
    return read_all(0, "stdin");
  });
  EXPECT_EQ(child.text, "text");
}

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

TEST(AppendFile, SaysWhatCannotBeOpenedOrWritten) {
  const TempDir dir;
  EXPECT_ERROR(
      Error,
      "absent/log] cannot be opened: No such file",
      AppendFile(dir / "absent/log"));
  EXPECT_ERROR(
      Error,
      "[/dev/full] cannot be written: No space left on device; free some space",
      AppendFile("/dev/full").append("text"));
  EXPECT_THAT(
      testing::error_on_full_disk(
          10, [&] { AppendFile(dir / "log").append("more than ten bytes"); }),
      HasSubstr("File too large; free some"));
}

} // namespace
} // namespace nanobrain
