#include <csignal>
#include <set>

#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"
#include "nanobrain/base/random.h"
#include "tests/support/child.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

namespace fs = std::filesystem;
using testing::ChildResult;
using ::testing::HasSubstr;
using testing::read_text;
using testing::run_in_child;
using testing::TempDir;
using testing::write_text;

std::set<std::string> names_in(const fs::path& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    names.insert(entry.path().filename().string());
  }
  return names;
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
  { AtomicFile(dir / "file").write("text"); }
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
  EXPECT_ERROR(
      Error,
      "[/dev/null] exists and is not a regular file",
      AtomicFile("/dev/null"));
  EXPECT_ERROR(Error, "is not a regular file", AtomicFile(dir.path()));
  EXPECT_ERROR(
      Error, "names a folder; a file name is needed", AtomicFile(dir / "new/"));
}

TEST(AtomicFile, LeavesTheOldFileWhenItsProcessIsKilled) {
  const TempDir dir;
  write_text(dir / "file", "old");
  const ChildResult child = run_in_child([&] {
    AtomicFile file(dir / "file");
    file.write(std::string(3 << 20, 'x')); // past the buffer: on the disk
    raise(SIGKILL);
    return std::string();
  });
  EXPECT_EQ(child.signal, SIGKILL);
  EXPECT_EQ(read_text(dir / "file"), "old");
  const auto names = names_in(dir.path());
  ASSERT_EQ(names.size(), 2u);
  EXPECT_TRUE(is_temporary_name(*names.begin())) << *names.begin();
}

TEST(AtomicFile, SaysThatTheDiskIsFull) {
  const TempDir dir;
  const ChildResult child = run_in_child([&] {
    ignore_file_signals();
    testing::limit_file_size(1 << 20);
    write_file(dir / "file", std::string((1 << 20) + 1, 'x'));
    return std::string("nothing was thrown");
  });
  EXPECT_EQ(child.signal, 0);
  EXPECT_THAT(
      child.text,
      HasSubstr("file] cannot be written: File too large; free some space or "
                "name another disk, and run again"));
  EXPECT_TRUE(names_in(dir.path()).empty());
}

TEST(AtomicFile, SyncFindsTheFullDiskBeforeTheRenaming) {
  const TempDir dir;
  const ChildResult child = run_in_child([&] {
    ignore_file_signals();
    testing::limit_file_size(10);
    AtomicFile file(dir / "file");
    file.write("more than ten bytes"); // in the buffer
    file.sync();
    return std::string("nothing was thrown");
  });
  EXPECT_THAT(child.text, HasSubstr("file] cannot be written: File too large"));

  AtomicFile file(dir / "file");
  file.write("text");
  file.sync();
  EXPECT_FALSE(fs::exists(dir / "file"));
  file.commit();
  EXPECT_EQ(read_text(dir / "file"), "text");
}

TEST(AtomicDirectory, AppearsAtCommit) {
  const TempDir dir;
  AtomicDirectory folder(dir / "a/result");
  write_text(folder.path() / "file", "text");
  fs::create_directory(folder.path() / "sub");
  write_text(folder.path() / "sub" / "file", "more");
  EXPECT_FALSE(fs::exists(dir / "a/result"));
  folder.commit();
  EXPECT_EQ(names_in(dir / "a"), std::set<std::string>{"result"});
  EXPECT_EQ(read_text(dir / "a/result/file"), "text");
  EXPECT_EQ(read_text(dir / "a/result/sub/file"), "more");
}

TEST(AtomicDirectory, LeavesNothingWithoutCommit) {
  const TempDir dir;
  {
    const AtomicDirectory folder(dir / "result");
    write_text(folder.path() / "file", "text");
  }
  EXPECT_TRUE(names_in(dir.path()).empty());
}

TEST(AtomicDirectory, TakesAnEmptyFolderAndASlashAtTheEnd) {
  const TempDir dir;
  fs::create_directory(dir / "result");
  AtomicDirectory folder(dir / "./result/");
  write_text(folder.path() / "file", "text");
  folder.commit();
  EXPECT_EQ(read_text(dir / "result/file"), "text");
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

TEST(AtomicDirectory, LeavesNoFinalNameWhenItsProcessIsKilled) {
  const TempDir dir;
  const ChildResult child = run_in_child([&] {
    const AtomicDirectory folder(dir / "result");
    write_text(folder.path() / "file", "text");
    raise(SIGKILL);
    return std::string();
  });
  EXPECT_EQ(child.signal, SIGKILL);
  const auto names = names_in(dir.path());
  ASSERT_EQ(names.size(), 1u);
  EXPECT_TRUE(is_temporary_name(*names.begin())) << *names.begin();
}

TEST(IsTemporaryName, KnowsOnlyItsOwn) {
  EXPECT_TRUE(is_temporary_name("run/.step-5.tmp-812-00ab12ff"));
  for (const char* name :
       {"step-5", ".hidden", "a.tmp-1-2", ".a.tmp-file", ".a.tmp"}) {
    EXPECT_FALSE(is_temporary_name(name)) << name;
  }
}

TEST(RequireNewDirectory, TakesAbsentAndEmptyOnes) {
  const TempDir dir;
  EXPECT_NO_THROW(require_new_directory(dir.path(), "train"));
  EXPECT_NO_THROW(require_new_directory(dir / "absent", "train"));
  write_text(dir / "file", "");
  EXPECT_ERROR(Error, "[train] ", require_new_directory(dir.path(), "train"));
  EXPECT_ERROR(
      Error, "exists already", require_new_directory(dir / "file", "train"));
}

TEST(RequireNewFile, TakesAbsentOnes) {
  const TempDir dir;
  EXPECT_NO_THROW(require_new_file(dir / "absent", "eval"));
  write_text(dir / "file", "");
  for (const fs::path& path : {dir / "file", dir.path()}) {
    EXPECT_ERROR(
        Error,
        "[eval] " + path.string() +
            " exists already; name another file or pass --force",
        require_new_file(path, "eval"));
  }
}

} // namespace
} // namespace nanobrain
