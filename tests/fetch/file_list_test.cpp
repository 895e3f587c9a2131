// What to fetch: the known lists, and which lists of the user are refused.
#include "nanobrain/base/checksum.h"
#include "nanobrain/base/error.h"
#include "nanobrain/base/utf8.h"
#include "nanobrain/fetch/fetch.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using ::testing::HasSubstr;
using testing::shared_data;

const RemoteFile& named(const FileList& list, const std::string& name) {
  for (const RemoteFile& file : list.files) {
    if (file.name == name) return file;
  }
  throw std::runtime_error("no " + name);
}

std::string url_of(const FileList& list, const RemoteFile& file) {
  return list.base_url + "/" + file.path;
}

TEST(KnownList, Gpt2IsAHuggingFaceDirectory) {
  const FileList list = known_file_list("gpt2");
  EXPECT_EQ(list.files.size(), 6u);
  const RemoteFile& model = named(list, "model.safetensors");
  EXPECT_EQ(
      model.sha256,
      "248dfc3911869ec493c76e65bf2fcf7f615828b0254c12b473182f0f81d3a707");
  // 124,439,808 parameters and 12 masks of 1,024 x 1,024 in f32, a header.
  const int64_t tensors = 4 * (124'439'808 + 12 * 1024 * 1024);
  EXPECT_GT(*model.bytes, tensors);
  EXPECT_LT(*model.bytes, tensors + 20'000);
  EXPECT_EQ(
      url_of(list, model),
      "https://huggingface.co/openai-community/gpt2/resolve/"
      "607a30d783dfa663caf39e06633721c8d4cfcd7e/model.safetensors");
  const FileList mirrored =
      known_file_list("gpt2", {}, "http://mirror:80/hub/");
  EXPECT_THAT(
      url_of(mirrored, model),
      HasSubstr("http://mirror:80/hub/openai-community/gpt2/resolve/"));
  // The whole of it, as anyone can write it down.
  const RemoteFile& config = named(list, "tokenizer_config.json");
  constexpr std::string_view kConfig = "{\"model_max_length\": 1024}";
  EXPECT_EQ(*config.bytes, std::ssize(kConfig));
  EXPECT_EQ(config.sha256, sha256_hex(kConfig));
}

TEST(KnownList, Gpt2sTokenizerIsTheOneOfOpenAi) {
  const auto data = shared_data() / "gpt2_tokenizer";
  if (shared_data().empty()) GTEST_SKIP() << "no texts beside the checkout";
  const FileList list = known_file_list("gpt2");
  for (const auto& [name, original] :
       {std::pair("vocab.json", "encoder.json"),
        std::pair("merges.txt", "vocab.bpe")}) {
    const RemoteFile& file = named(list, name);
    EXPECT_EQ(file.sha256, sha256_of_file(data / original));
    EXPECT_EQ(
        *file.bytes,
        static_cast<int64_t>(std::filesystem::file_size(data / original)));
  }
}

TEST(KnownList, FineWebEduComesInShards) {
  EXPECT_EQ(known_file_list("fineweb-edu").files.size(), 1u);
  const FileList list = known_file_list("fineweb-edu", 14);
  ASSERT_EQ(list.files.size(), 14u);
  EXPECT_EQ(list.files[3].name, "003_00000.parquet");
  int64_t total = 0;
  for (const RemoteFile& file : list.files) total += *file.bytes;
  EXPECT_EQ(total, 28'518'193'415); // of the sample, as published
  EXPECT_EQ(
      url_of(list, list.files[13]),
      "https://huggingface.co/datasets/HuggingFaceFW/fineweb-edu/resolve/"
      "87f09149ef4734204d70ed1d046ddc9ca3f2b8f9/sample/10BT/"
      "013_00000.parquet");
  EXPECT_ERROR(
      UsageError,
      "[--shards] must be from 1 to 14, but is 0",
      known_file_list("fineweb-edu", 0));
}

class UserList : public ::testing::Test {
 protected:
  FileList read(const std::string& json, const std::string& base_url = "") {
    testing::write_text(dir_ / "list.json", json);
    return read_file_list(dir_ / "list.json", base_url);
  }
  FileList read_files(const std::string& files) {
    return read(R"({"base_url": "http://h", "files": [)" + files + "]}");
  }
  testing::TempDir dir_;
};

TEST_F(UserList, FillsInWhatIsLeftOut) {
  const FileList list = read(R"({
    "base_url": "https://host/folder/",
    "files": [
      {"name": "a/b.bin", "path": "/x/y%20z", "sha256":
       "ABCDEF0123456789abcdef0123456789abcdef0123456789abcdef0123456789"},
      {"name": "c.txt", "bytes": 10}]})");
  ASSERT_EQ(list.files.size(), 2u);
  EXPECT_EQ(url_of(list, list.files[0]), "https://host/folder/x/y%20z");
  EXPECT_EQ(list.files[0].bytes, std::nullopt);
  EXPECT_EQ(
      list.files[0].sha256,
      "abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789");
  EXPECT_EQ(url_of(list, list.files[1]), "https://host/folder/c.txt");
  EXPECT_EQ(list.files[1].bytes, 10);
  EXPECT_EQ(list.files[1].sha256, "");
}

TEST_F(UserList, TheBaseUrlMayComeFromElsewhere) {
  const char* files = R"({"files": [{"name": "a", "bytes": 1}]})";
  EXPECT_EQ(url_of(read(files, "http://m"), {"a", "a", {}, {}}), "http://m/a");
  for (const char* url : {"", "file:///etc", "ftp://h"}) {
    EXPECT_ERROR(
        UsageError, "must begin with http:// or https://", read(files, url));
  }
}

TEST_F(UserList, NamesStayInTheOutputFolderAndAreNoPartialFiles) {
  for (const char* name :
       {"",
        "/etc/passwd",
        "../a",
        "a/../../b",
        "a/..",
        "..",
        ".",
        "a/",
        "a.part",
        ".part",
        "a.part/b",
        "a\\nb",
        "a\\u0000b",
        "\\u001b]0;x\\u0007",
        "a\\u007f",
        "a\\u009b1m"}) {
    const std::string message = testing::error_of<UsageError>([&] {
      read_files(fmt::format(R"({{"name": "{}", "bytes": 1}})", name));
    });
    EXPECT_THAT(message, HasSubstr("must be the name of a file of its own"))
        << name;
    EXPECT_EQ(message, without_controls(message));
  }
  EXPECT_NO_THROW(read_files(R"({"name": "ü..b/..c.parts", "bytes": 1})"));
}

TEST_F(UserList, RefusesWhatCannotBe) {
  for (const auto& [files, message] :
       std::vector<std::pair<const char*, const char*>>{
           {R"({"name": "a", "sha256": "abc"})",
            "needs a sha256 of 64 hex digits, or its bytes"},
           {R"({"name": "a", "bytes": -1})", "bytes] must be at least 0"},
           {R"({"name": "a", "sha": ""})",
            "has no key \"sha\"; known: name, path"},
           {R"({"name": "a"})", "needs a sha256"},
           {R"({"name": "a/./b", "bytes": 1}, {"name": "a/b", "bytes": 1})",
            "a/b] must be the name of a file of its own"},
           {"", "has no files"},
           {"{", "list.json"}}) {
    EXPECT_ERROR(Error, message, read_files(files));
  }
}

} // namespace
} // namespace nanobrain
