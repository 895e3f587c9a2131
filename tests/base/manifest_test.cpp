#include "nanobrain/base/manifest.h"

#include "nanobrain/base/checksum.h"
#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using namespace testing;

class Manifest : public ::testing::Test {
 protected:
  Manifest() {
    fs::create_directories(dir_ / "sub");
    write_text(dir_ / "b", "abc");
    write_text(dir_ / "a", "");
    write_text(dir_ / "sub/c", "abc");
  }
  const TempDir dir_;
  const Json files_ = {
      {"a", sha256_hex("")},
      {"b", sha256_hex("abc")},
      {"sub/c", sha256_hex("abc")}};
};

TEST_F(Manifest, HashesEveryFileInOrderButTemporaryOnes) {
  const AtomicFile unfinished(dir_ / "d");
  EXPECT_EQ(hash_files(dir_.path()).dump(), files_.dump());
}

TEST_F(Manifest, NamesTheFileThatIsMissingOrDiffers) {
  const Json hashes = hash_files(dir_.path());
  write_text(dir_ / "more", "is nobody's concern");
  EXPECT_NO_THROW(verify_files(dir_.path(), hashes));
  write_text(dir_ / "sub/c", "abd");
  EXPECT_ERROR(
      Error,
      "sub/c is not as it was written (its SHA-256 differs); copy or make the "
      "folder again",
      verify_files(dir_.path(), hashes));
  fs::remove(dir_ / "b");
  EXPECT_ERROR(
      Error,
      dir_.path().string() + "] lacks b; copy or make",
      verify_files(dir_.path(), hashes));
  EXPECT_ERROR(Error, "is no mapping", verify_files(dir_.path(), Json(5)));
}

TEST_F(Manifest, IsWrittenAndChecked) {
  const fs::path path = dir_ / "manifest.json";
  write_manifest(dir_.path());
  EXPECT_NO_THROW(check_manifest(dir_.path()));
  EXPECT_EQ(read_json(path), Json({{"format_version", 1}, {"files", files_}}));
  const auto check = [&] { check_manifest(dir_.path()); };
  write_text(dir_ / "a", "x");
  EXPECT_ERROR(Error, "a is not as it was written", check());
  write_json(path, {{"format_version", 2}});
  EXPECT_ERROR(Error, "manifest.json] has format version 2", check());
  write_json(path, {{"format_version", 1}});
  EXPECT_ERROR(Error, "lists no files", check());
  fs::remove(path);
  EXPECT_ERROR(Error, "manifest.json] cannot be opened", check());
}

TEST(FormatVersion, TakesOlderOnesAndRefusesNewer) {
  const auto check = [](const Json& json) {
    require_format_version(json, 3, "x");
  };
  EXPECT_NO_THROW(check({{"format_version", 1}}));
  EXPECT_NO_THROW(check({{"format_version", 3}}));
  EXPECT_ERROR(
      Error,
      "[x] has format version 4, but this nanobrain reads up to 3; update "
      "nanobrain",
      check({{"format_version", 4}}));
  for (const char* wrong :
       {R"({"format_version": "1"})",
        R"({"format_version": 1.5})",
        R"({"format_version": 0})",
        "{}",
        "7"}) {
    EXPECT_ERROR(Error, "[x] has no format_version", check(Json::parse(wrong)));
  }
}

} // namespace
} // namespace nanobrain
