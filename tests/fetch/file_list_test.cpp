#include "nanobrain/fetch/file_list.h"

#include "nanobrain/base/error.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using testing::TempDir;
using testing::write_text;

class FileListTest : public ::testing::Test {
 protected:
  FileList read(const std::string& json, const std::string& base_url = "") {
    write_text(dir_ / "list.json", json);
    return read_file_list(dir_ / "list.json", base_url);
  }
  /// A list of one file with these members.
  FileList read_file(const std::string& members) {
    return read(R"({"base_url": "http://h", "files": [{)" + members + "}]}");
  }
  TempDir dir_;
};

TEST_F(FileListTest, ReadsWhatIsThereAndFillsInTheRest) {
  const FileList list = read(R"({
    "base_url": "https://host/folder/",
    "files": [
      {"name": "a/b.bin", "path": "/x/y%20z", "bytes": 10, "sha256":
       "ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef0123456789"},
      {"name": "c.txt"}]})");
  ASSERT_EQ(list.files.size(), 2u);
  EXPECT_EQ(list.url(list.files[0]), "https://host/folder/x/y%20z");
  EXPECT_EQ(list.files[0].bytes, 10);
  EXPECT_EQ(
      list.files[0].sha256,
      "abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789");
  EXPECT_EQ(list.url(list.files[1]), "https://host/folder/c.txt");
  EXPECT_EQ(list.files[1].bytes, std::nullopt);
  EXPECT_EQ(list.files[1].sha256, "");
}

TEST_F(FileListTest, TheBaseUrlMayComeFromElsewhere) {
  const char* files = R"({"files": [{"name": "a"}]})";
  EXPECT_EQ(read(files, "http://m").url({"a", "a", {}, {}}), "http://m/a");
  EXPECT_ERROR(UsageError, "must begin with http:// or https://", read(files));
  EXPECT_ERROR(
      UsageError, "must begin with http://", read(files, "file:///etc"));
  EXPECT_ERROR(
      UsageError, "must begin with http://", read(files, "http://a b"));
}

TEST_F(FileListTest, NamesStayInTheOutputFolder) {
  for (const char* name :
       {"", "/etc/passwd", "../a", "a/../../b", "a/..", "..", ".", "a/"}) {
    EXPECT_ERROR(
        UsageError,
        fmt::format(
            "name must lead to a file under the output folder, but is \"{}\"",
            name),
        read_file(fmt::format(R"("name": "{}")", name)));
  }
  EXPECT_NO_THROW(read_file(R"("name": "a..b/..c")"));
}

TEST_F(FileListTest, RefusesWhatCannotBe) {
  const auto refused = [&](const char* members, const char* message) {
    EXPECT_ERROR(UsageError, message, read_file(members));
  };
  refused(
      R"("name": "a", "sha256": "abc")",
      "sha256 must be 64 hex digits, but is \"abc\"");
  refused(R"("name": "a", "bytes": -1)", "bytes must not be negative");
  refused(R"("name": "a", "path": "x y")", "percent-encoded, but is \"x y\"");
  refused(R"("name": "a", "path": "//")", "path must be that of a file");
  refused(R"("name": "a", "sha": "")", "has no key \"sha\"; known: name, path");
  EXPECT_ERROR(
      UsageError,
      "has a/b twice",
      read(
          R"({"base_url": "http://h",
              "files": [{"name": "a/./b"}, {"name": "a/b"}]})"));
  EXPECT_ERROR(UsageError, "has no files", read(R"({"base_url": "http://h"})"));
  EXPECT_ERROR(Error, "list.json", read("{"));
}

} // namespace
} // namespace nanobrain
