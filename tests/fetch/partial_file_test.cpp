#include "nanobrain/fetch/partial_file.h"

#include "nanobrain/base/checksum.h"
#include "nanobrain/base/error.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

namespace fs = std::filesystem;
using testing::read_text;
using testing::TempDir;
using testing::write_text;

TEST(PartialFile, GetsItsNameAtCommit) {
  const TempDir dir;
  const fs::path path = dir / "a/b/file";
  {
    PartialFile part(path);
    part.restart({"http://h/file", "\"v1\"", ""});
    part.append("one ");
    part.append("two");
    EXPECT_EQ(part.size(), 7);
    EXPECT_EQ(part.sha256(), sha256_hex("one two"));
    EXPECT_FALSE(fs::exists(path));
    part.commit();
  }
  EXPECT_EQ(read_text(path), "one two");
  EXPECT_FALSE(fs::exists(dir / "a/b/file.part"));
  EXPECT_FALSE(fs::exists(dir / "a/b/file.part.json"));
}

TEST(PartialFile, IsGoneOnWith) {
  const TempDir dir;
  {
    PartialFile part(dir / "file");
    part.restart({"http://h/file", "\"v1\"", "abc"});
    part.append("one ");
  }
  EXPECT_FALSE(fs::exists(dir / "file"));
  PartialFile part(dir / "file");
  EXPECT_EQ(part.size(), 4);
  EXPECT_EQ(part.origin().url, "http://h/file");
  EXPECT_EQ(part.origin().etag, "\"v1\"");
  EXPECT_EQ(part.origin().sha256, "abc");
  part.append("two");
  part.commit();
  EXPECT_EQ(read_text(dir / "file"), "one two");
}

TEST(PartialFile, BeginsAnew) {
  const TempDir dir;
  PartialFile part(dir / "file");
  part.append("a long beginning");
  part.restart({});
  EXPECT_EQ(part.size(), 0);
  part.append("new");
  part.commit();
  EXPECT_EQ(read_text(dir / "file"), "new");
}

TEST(PartialFile, LeavesNothingWhereNothingCame) {
  const TempDir dir;
  {
    PartialFile part(dir / "file");
    part.restart({"http://h/file", "", ""});
  }
  EXPECT_TRUE(fs::is_empty(dir.path()));
}

TEST(PartialFile, IsOfOneAtATime) {
  const TempDir dir;
  const PartialFile part(dir / "file");
  EXPECT_ERROR(
      Error,
      "file] is being fetched by another process; wait for it or stop it",
      PartialFile(dir / "file"));
}

TEST(PartialFile, SaysWhereItCannotBe) {
  const TempDir dir;
  write_text(dir / "plain", "");
  EXPECT_ERROR(Error, "plain] cannot be made", PartialFile(dir / "plain/file"));
  fs::create_directory(dir / "file.part");
  EXPECT_ERROR(
      Error, "file.part] cannot be created", PartialFile(dir / "file"));
}

} // namespace
} // namespace nanobrain
