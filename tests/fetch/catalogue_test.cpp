#include "nanobrain/fetch/catalogue.h"

#include <numeric>

#include "nanobrain/base/checksum.h"
#include "nanobrain/base/error.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using ::testing::HasSubstr;
using testing::shared_data;

int64_t total(const FileList& list) {
  return std::accumulate(
      list.files.begin(),
      list.files.end(),
      int64_t{0},
      [](int64_t sum, const RemoteFile& f) { return sum + *f.bytes; });
}

const RemoteFile& named(const FileList& list, const std::string& name) {
  for (const RemoteFile& file : list.files) {
    if (file.name == name) return file;
  }
  throw std::runtime_error("no " + name);
}

TEST(Catalogue, Gpt2IsAHuggingFaceDirectory) {
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
      list.url(model),
      "https://huggingface.co/openai-community/gpt2/resolve/"
      "607a30d783dfa663caf39e06633721c8d4cfcd7e/model.safetensors");
  // The whole of it, as anyone can write it down.
  const RemoteFile& config = named(list, "tokenizer_config.json");
  constexpr std::string_view kConfig = "{\"model_max_length\": 1024}";
  EXPECT_EQ(*config.bytes, std::ssize(kConfig));
  EXPECT_EQ(config.sha256, sha256_hex(kConfig));
}

TEST(Catalogue, Gpt2sTokenizerIsTheOneOfOpenAi) {
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

TEST(Catalogue, FineWebEduComesInShards) {
  EXPECT_EQ(known_file_list("fineweb-edu").files.size(), 1u);
  const FileList list = known_file_list("fineweb-edu", 14);
  ASSERT_EQ(list.files.size(), 14u);
  EXPECT_EQ(list.files[3].name, "003_00000.parquet");
  EXPECT_EQ(total(list), 28'518'193'415); // of the sample, as published
  EXPECT_EQ(
      list.url(list.files[13]),
      "https://huggingface.co/datasets/HuggingFaceFW/fineweb-edu/resolve/"
      "87f09149ef4734204d70ed1d046ddc9ca3f2b8f9/sample/10BT/"
      "013_00000.parquet");
  for (const int64_t shards : {0, -1, 15}) {
    EXPECT_ERROR(
        UsageError,
        fmt::format("[--shards] must be from 1 to 14, but is {}", shards),
        known_file_list("fineweb-edu", shards));
  }
  EXPECT_ERROR(
      UsageError, "gpt2 does not come in shards", known_file_list("gpt2", 1));
}

TEST(Catalogue, EveryFileHasALengthAndAChecksum) {
  for (const FileList& list :
       {known_file_list("gpt2"), known_file_list("fineweb-edu", 14)}) {
    for (const RemoteFile& file : list.files) {
      EXPECT_GT(file.bytes.value_or(0), 0) << file.name;
      EXPECT_TRUE(is_sha256(file.sha256)) << file.name;
    }
  }
}

TEST(Catalogue, TakesMirrorsAndNamesTheNearest) {
  const FileList list = known_file_list("gpt2", {}, "http://mirror:80/hub/");
  EXPECT_THAT(
      list.url(list.files[0]),
      HasSubstr("http://mirror:80/hub/openai-community/gpt2/resolve/"));
  EXPECT_ERROR(
      UsageError,
      "[--base-url] the base URL must begin with http:// or https://, but is "
      "\"ftp://mirror\"",
      known_file_list("gpt2", {}, "ftp://mirror"));
  EXPECT_ERROR(
      UsageError,
      "knows no \"gpt-2\"; did you mean gpt2?",
      known_file_list("gpt-2"));
}

} // namespace
} // namespace nanobrain
