#include "nanobrain/base/file.h"

#include <csignal>

#include "nanobrain/base/error.h"
#include "nanobrain/base/random.h"
#include "tests/support/child.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using namespace testing;
using ::testing::HasSubstr;

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

TEST(ReadFile, SaysWhatCannotBeRead) {
  // The kernel says that files of /proc have 0 bytes.
  EXPECT_THAT(read_file("/proc/self/status"), ::testing::StartsWith("Name:\t"));
  const TempDir dir;
  const std::pair<fs::path, const char*> cases[] = {
      {dir / "absent",
       "absent] cannot be opened: No such file or directory; check the path"},
      {dir.path(), "is a folder; a file is needed here"},
      // Address 0 is never mapped.
      {"/proc/self/mem",
       "[/proc/self/mem] cannot be read: Input/output error"}};
  for (const auto& [path, message] : cases) {
    EXPECT_ERROR(Error, message, read_file(path));
  }
}

TEST(MappedFile, ShowsTheWholeFileOutlivesTheNameAndMoves) {
  const TempDir dir;
  write_text(dir / "file", "some bytes");
  write_text(dir / "other", "others");
  write_text(dir / "empty", "");
  EXPECT_TRUE(MappedFile(dir / "empty").bytes().empty());
  EXPECT_ERROR(Error, "cannot be opened", MappedFile(dir / "absent"));
  EXPECT_ERROR(Error, "is a folder", MappedFile(dir.path()));
  MappedFile first(dir / "file");
  EXPECT_EQ(text_of(first), "some bytes");
  fs::remove(dir / "file");
  MappedFile second(std::move(first));
  EXPECT_EQ(text_of(second), "some bytes");
  second = MappedFile(dir / "other");
  EXPECT_EQ(text_of(second), "others");
}

TEST(AtomicFile, AppearsAtCommitAndReplacesTheOld) {
  const TempDir dir;
  write_text(dir / "file", "old");
  AtomicFile file(dir / "file");
  file.write("new ");
  file.write("text");
  EXPECT_EQ(file.size(), 8u);
  EXPECT_EQ(read_text(dir / "file"), "old");
  file.commit();
  EXPECT_EQ(read_text(dir / "file"), "new text");
  EXPECT_EQ(names_in(dir.path()), std::set<std::string>{"file"});
}

TEST(AtomicFile, LeavesNothingWithoutCommit) {
  const TempDir dir;
  {
    AtomicFile(dir / "file").write("text");
    const AtomicDirectory folder(dir / "result");
    write_text(folder.path() / "file", "text");
  }
  EXPECT_TRUE(names_in(dir.path()).empty());
}

TEST(AtomicFile, MakesTheFoldersOnTheWay) {
  const TempDir dir;
  write_file(dir / "a/b/file", "text");
  EXPECT_EQ(read_text(dir / "a/b/file"), "text");
  write_text(dir / "plain", "");
  EXPECT_ERROR(
      Error, "plain] cannot be made: ", AtomicFile(dir / "plain/file"));
}

TEST(AtomicFile, TakesWritesOfAnySizeAndOverwrites) {
  const TempDir dir;
  std::string wanted;
  AtomicFile file(dir / "file");
  Random random(3);
  for (int i = 0; i < 60; ++i) {
    // Around the size of the buffer, far under it and nothing at all.
    const size_t size = i % 3 == 0   ? random.below(100)
                        : i % 3 == 1 ? random.below(3 << 19)
                                     : 0;
    const std::string piece(size, static_cast<char>('a' + i % 26));
    file.write(piece);
    wanted += piece;
    const std::string patch(random.below(wanted.size() + 1) / 2, 'X');
    const size_t offset = random.below(wanted.size() - patch.size() + 1);
    file.write_at(offset, patch.data(), patch.size());
    wanted.replace(offset, patch.size(), patch);
    ASSERT_EQ(file.size(), wanted.size());
  }
  EXPECT_ERROR(
      Error, "written so far", file.write_at(file.size() - 1, "ab", 2));
  file.commit();
  EXPECT_TRUE(read_text(dir / "file") == wanted);
}

TEST(AtomicFile, RefusesNamesThatItWouldDestroy) {
  const TempDir dir;
  const std::pair<fs::path, const char*> cases[] = {
      {"/dev/null", "[/dev/null] exists and is not a regular file"},
      {dir.path(), "is not a regular file"},
      {dir / "new/", "names a folder; a file name is needed"}};
  for (const auto& [path, message] : cases) {
    EXPECT_ERROR(Error, message, AtomicFile{path});
  }
}

TEST(AtomicFile, LeavesTheOldOneWhenItsProcessIsKilled) {
  const TempDir dir;
  write_text(dir / "file", "old");
  const ChildResult child = run_in_child([&] {
    AtomicFile file(dir / "file");
    file.write(std::string(3 << 20, 'x')); // past the buffer: on the disk
    const AtomicDirectory folder(dir / "result");
    write_text(folder.path() / "file", "text");
    raise(SIGKILL);
    return std::string();
  });
  EXPECT_EQ(child.signal, SIGKILL);
  EXPECT_EQ(read_text(dir / "file"), "old");
  auto names = names_in(dir.path());
  EXPECT_EQ(names.erase("file"), 1u);
  EXPECT_EQ(names.size(), 2u);
  for (const auto& name : names) EXPECT_TRUE(is_temporary_name(name)) << name;
}

TEST(AtomicFile, SaysThatTheDiskIsFull) {
  const TempDir dir;
  EXPECT_THAT(
      testing::error_on_full_disk(
          1 << 20,
          [&] { write_file(dir / "file", std::string((1 << 20) + 1, 'x')); }),
      HasSubstr("file] cannot be written: File too large; free some space or "
                "name another disk, and run again"));
  EXPECT_TRUE(names_in(dir.path()).empty());
}

TEST(AtomicFile, SyncFindsTheFullDiskBeforeTheRenaming) {
  const TempDir dir;
  const std::string message = testing::error_on_full_disk(10, [&] {
    AtomicFile file(dir / "file");
    file.write("more than ten bytes"); // in the buffer
    file.sync();
  });
  EXPECT_THAT(message, HasSubstr("file] cannot be written: File too large"));

  AtomicFile file(dir / "file");
  file.write("text");
  file.sync();
  EXPECT_FALSE(fs::exists(dir / "file"));
  file.commit();
  EXPECT_EQ(read_text(dir / "file"), "text");
}

TEST(AtomicDirectory, AppearsAtCommit) {
  const TempDir dir;
  fs::create_directories(dir / "a/empty");
  for (const std::string name : {"a/result", "./a/empty/"}) {
    AtomicDirectory folder(dir / name);
    write_text(folder.path() / "file", "text");
    fs::create_directory(folder.path() / "sub");
    write_text(folder.path() / "sub" / "file", "more");
    EXPECT_FALSE(fs::exists(dir / name / "file"));
    folder.commit();
    EXPECT_EQ(read_text(dir / name / "file"), "text");
    EXPECT_EQ(read_text(dir / name / "sub/file"), "more");
  }
  EXPECT_EQ(names_in(dir / "a"), (std::set<std::string>{"empty", "result"}));
}

TEST(AtomicDirectory, RefusesAFolderThatHoldsSomething) {
  const TempDir dir;
  fs::create_directory(dir / "result");
  write_text(dir / "result/mine", "text");
  EXPECT_ERROR(
      Error,
      "result exists already; name another folder or remove it",
      AtomicDirectory(dir / "result"));
  // One that came to be while the work went on.
  AtomicDirectory folder(dir / "late");
  fs::create_directory(dir / "late");
  write_text(dir / "late/mine", "text");
  EXPECT_ERROR(Error, "late] cannot be put in place: ", folder.commit());
  EXPECT_EQ(read_text(dir / "late/mine"), "text");
}

TEST(IsTemporaryName, KnowsOnlyItsOwn) {
  EXPECT_TRUE(is_temporary_name("run/.step-5.tmp-812-00ab12ff"));
  for (const char* name :
       {"step-5", ".hidden", "a.tmp-1-2", ".a.tmp-file", ".a.tmp"}) {
    EXPECT_FALSE(is_temporary_name(name)) << name;
  }
}

TEST(RequireNew, TakesWhatIsAbsentAndEmptyFolders) {
  const TempDir dir;
  EXPECT_NO_THROW(require_new_directory(dir.path(), "train"));
  EXPECT_NO_THROW(require_new_directory(dir / "absent", "train"));
  EXPECT_NO_THROW(require_new_file(dir / "absent", "eval"));
  write_text(dir / "file", "");
  for (const fs::path& path : {dir / "file", dir.path()}) {
    const std::string taken = path.string() + " exists already; name another ";
    EXPECT_ERROR(
        Error, "[train] " + taken, require_new_directory(path, "train"));
    EXPECT_ERROR(
        Error,
        "[eval] " + taken + "file or pass --force",
        require_new_file(path, "eval"));
  }
}

} // namespace
} // namespace nanobrain
