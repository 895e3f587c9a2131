// GPT-2's tokenizer from the command line: from text to a model and back.
#include <nlohmann/json.hpp>

#include "tests/support/support.h"

namespace nanobrain::testing {
namespace {

using ::testing::HasSubstr;
using Json = nlohmann::json;
namespace fs = std::filesystem;

constexpr const char* kConfig = R"(
model: {num_layers: 1, num_heads: 2, model_dim: 32, ffn_dim: 64, max_seq_len: 32}
data: {tokenizer: data, train: data/train.tokens, val: data/val.tokens}
train: {steps: 2, batch_size: 4, seq_len: 32, precision: f32, eval_every: 1,
        sample_every: 1, threads: 1}
)";

constexpr int kVocabSize = 260; // bytes, "th", "the", " the", the end of text

/// encoder.json for the merges "t h", "th e", "Ġ the"; bytes are in the order
/// of GPT-2: first those that print as themselves.
Json encoder() {
  const auto utf8 = [](int code) {
    if (code < 0x80) return std::string(1, static_cast<char>(code));
    return std::string{
        static_cast<char>(0xc0 | code >> 6),
        static_cast<char>(0x80 | (code & 0x3f))};
  };
  const auto prints = [](int byte) {
    return (byte > 0x20 && byte < 0x7f) || (byte > 0xa0 && byte != 0xad);
  };
  Json ids = Json::object();
  for (int byte = 0; byte < 256; ++byte) {
    if (prints(byte)) ids[utf8(byte)] = ids.size();
  }
  for (int byte = 0, other = 0x100; byte < 256; ++byte) {
    if (!prints(byte)) ids[utf8(other++)] = ids.size();
  }
  for (const char* piece : {"th", "the", "\u0120the", "<|endoftext|>"}) {
    ids[piece] = ids.size();
  }
  return ids;
}

/// A folder with corpus.txt of 60 documents and "gpt2", a small vocabulary
/// under the names that OpenAI gave the files.
class Gpt2Commands : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string text;
    for (int i = 0; i < 60; ++i) {
      text += "Document " + std::to_string(i * i) + " says:\nthe cat sat on";
      text += i % 3 == 0 ? "  the mat.\n\n" : " a mat\u2026\n\n";
    }
    write_text(dir_ / "corpus.txt", text);
    write_text(dir_ / "run.yaml", kConfig);
    fs::create_directory(dir_ / "gpt2");
    write_text(dir_ / "gpt2" / "encoder.json", encoder().dump());
    write_text(
        dir_ / "gpt2" / "vocab.bpe", "#version: 0.2\nt h\nth e\n\u0120 the\n");
  }

  std::string path(const std::string& name) const { return dir_ / name; }
  ProcessResult run(
      std::vector<std::string> arguments, std::string input = "") const {
    arguments.insert(arguments.begin(), program());
    ProcessOptions options;
    options.input = std::move(input);
    return run_process(arguments, options);
  }
  Json json(std::vector<std::string> arguments) const {
    arguments.push_back("--json");
    const auto result = run(arguments);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return Json::parse(result.out);
  }

  TempDir dir_;
};

TEST_F(Gpt2Commands, TextsComeBack) {
  const std::string text = "other the\n\n\nthe \u2581 <|endoftext|> the";
  for (const char* name : {"gpt2", "gpt2/encoder.json", "gpt2/vocab.bpe"}) {
    const auto ids =
        run({"tokenizer", "encode", "--tokenizer", path(name)}, text);
    ASSERT_EQ(ids.exit_code, 0) << ids.err;
    // o, the, r, " the"
    EXPECT_THAT(ids.out, ::testing::StartsWith("78 257 81 258 "));
    EXPECT_EQ(
        run({"tokenizer", "decode", "--tokenizer", path(name)}, ids.out).out,
        text);
  }
  const auto broken =
      run({"tokenizer", "encode", "--tokenizer", path("gpt2")}, "the cat\xff");
  EXPECT_EQ(broken.exit_code, 1);
  EXPECT_THAT(broken.err, HasSubstr("is not valid UTF-8 at byte 7"));
}

TEST_F(Gpt2Commands, FromTextToAModelAndBack) {
  const Json prepared = json(
      {"prepare",
       "--input",
       path("corpus.txt"),
       "--val-fraction",
       "0.2",
       "--tokenizer",
       path("gpt2"),
       "--output",
       path("data")});
  const Json trained =
      json({"train", path("run.yaml"), "--output", path("run"), "--quiet"});
  for (const char* folder : {"data", "run/model"}) {
    for (const char* name : {"vocab.json", "merges.txt", "tokenizer.json"}) {
      EXPECT_TRUE(fs::exists(dir_ / folder / name)) << folder << name;
    }
  }
  const Json config =
      Json::parse(read_text(dir_ / "run" / "model" / "config.json"));
  EXPECT_EQ(config["vocab_size"], kVocabSize);
  EXPECT_EQ(config["eos_token_id"], kVocabSize - 1);
  const Json result = json(
      {"eval",
       "--model",
       path("run"),
       "--input",
       path("data/val.tokens"),
       "--baseline-tokens",
       path("data/train.tokens")});
  EXPECT_EQ(result["tokens"], prepared["val"]["tokens"]);
  EXPECT_EQ(result["bytes"], prepared["val"]["bytes"]);
  EXPECT_NEAR(result["nats_per_token"], trained["val_loss"], 1e-9);
  const Json generated = json(
      {"generate",
       "--model",
       path("run"),
       "--prompt",
       "the cat",
       "--max-tokens",
       "5"});
  EXPECT_EQ(generated["prompt"], "the cat");
}

} // namespace
} // namespace nanobrain::testing
