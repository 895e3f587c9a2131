// GPT-2's and the lexical tokenizer from the command line: from text to a model
// and back.
#include <cmath>

#include "tests/support/command_test.h"

namespace nanobrain::testing {
namespace {

using ::testing::HasSubstr;
constexpr const char* kConfig = R"(
model: {num_layers: 1, num_heads: 2, model_dim: 32, ffn_dim: 64, max_seq_len: 32}
data: {tokenizer: data, train: data/train.tokens, val: data/val.tokens}
train: {steps: 2, batch_size: 4, seq_len: 32, precision: f32, eval_every: 1,
        sample_every: 1, threads: 1}
)";
constexpr const char* kEval =
    "nanobrain eval --model run --input data/val.tokens"
    " --baseline-tokens data/train.tokens";

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
  auto ids = Json::object();
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

/// run.yaml, gpt2/ with 260 ids under the names that OpenAI gave the files, and
/// lexical/ with 340.
class TokenizerKinds : public CommandTest {
 protected:
  void SetUp() override {
    write("run.yaml", kConfig);
    fs::create_directory(path("gpt2"));
    write("gpt2/encoder.json", encoder().dump());
    write("gpt2/vocab.bpe", "#version: 0.2\nt h\nth e\n\u0120 the\n");
    trained_ = json(kTrain + "340 --output lexical");
  }
  static std::string prepare(const std::string& tokenizer) {
    return "nanobrain prepare --input world/text.txt --val-fraction 0.2 "
           "--output data --tokenizer " +
           tokenizer;
  }
  Json train() const {
    return json("nanobrain train run.yaml --output run --quiet");
  }
  std::string convert(
      const std::string& verb,
      const std::string& tokenizer,
      const std::string& input) const {
    const auto result =
        run("nanobrain tokenizer " + verb + " --tokenizer " + tokenizer,
            {.input = input});
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return result.out;
  }

  static inline const std::string kTrain =
      "nanobrain tokenizer train --kind lexical --input world/text.txt "
      "--vocab-size ";
  Json trained_;
};

TEST_F(TokenizerKinds, LexicalIsTrainedIntoAFolderOrOneFile) {
  EXPECT_EQ(trained_["vocab_size"], 340);
  EXPECT_GT(trained_["bytes_per_token"].get<double>(), 1.3);
  const auto entries = fs::directory_iterator(path("lexical"));
  EXPECT_EQ(std::distance(begin(entries), end(entries)), 1);
  EXPECT_EQ(read_json("lexical/tokenizer.lexical.json").size(), 340u);

  const std::string one = kTrain + "340 --output one.json";
  EXPECT_THAT(output(one), HasSubstr("one.json: 340 pieces"));
  EXPECT_EQ(read("one.json"), read("lexical/tokenizer.lexical.json"));
  refused(
      1,
      {{one, "one.json exists already"},
       {kTrain + "30000 --output large", "not for 30,000; ask for at most "}});
  output(one + " --force");
  EXPECT_FALSE(exists("large"));
}

TEST_F(TokenizerKinds, AnyBytesComeBackFromLexicalIds) {
  std::string bytes = "the cat\xff\xfe says:   \n\n\n";
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  for (const char* flags : {"lexical", "lexical --split-documents"}) {
    EXPECT_EQ(convert("decode", flags, convert("encode", flags, bytes)), bytes);
  }
}

TEST_F(TokenizerKinds, Gpt2TextsComeBack) {
  const std::string text = "other the\n\n\nthe \u2581 <|endoftext|> the";
  for (const char* name : {"gpt2", "gpt2/encoder.json", "gpt2/vocab.bpe"}) {
    const std::string ids = convert("encode", name, text);
    // o, the, r, " the"
    EXPECT_THAT(ids, ::testing::StartsWith("78 257 81 258 "));
    EXPECT_EQ(convert("decode", name, ids), text);
  }
}

TEST_F(TokenizerKinds, FromTextToAModelAndBack) {
  struct Kind {
    std::string name;
    int vocab_size;
    std::vector<std::string> files;
    std::string prompt, shown; // lexical ids hold any bytes; JSON repairs them
  };
  for (const Kind& kind : std::vector<Kind>{
           {"gpt2",
            260,
            {"vocab.json", "merges.txt", "tokenizer.json"},
            "the cat",
            "the cat"},
           {"lexical",
            340,
            {"tokenizer.lexical.json"},
            "the \xff",
            "the \ufffd"}}) {
    SCOPED_TRACE(kind.name);
    const Json prepared = json(prepare(kind.name));
    const Json trained = train();
    for (const std::string& file : kind.files) {
      EXPECT_TRUE(exists("data/" + file)) << file;
      EXPECT_TRUE(exists("run/model/" + file)) << file;
    }
    const Json config = read_json("run/model/config.json");
    EXPECT_EQ(config["vocab_size"], kind.vocab_size);
    EXPECT_EQ(config["eos_token_id"], kind.vocab_size - 1);
    const Json result = json(kEval);
    EXPECT_EQ(result["tokens"], prepared["val"]["tokens"]);
    EXPECT_EQ(result["bytes"], prepared["val"]["bytes"]);
    EXPECT_NEAR(result["nats_per_token"], trained["val_loss"], 1e-9);
    const Json generated = json(
        "nanobrain generate --model run --max-tokens 5 --prompt '" +
        kind.prompt + "'");
    EXPECT_EQ(generated["prompt"], kind.shown);
    fs::remove_all(path("data"));
    fs::remove_all(path("run"));
  }
}

TEST_F(TokenizerKinds, WithoutEndOfTextModelsTrainAndAreEvaluatedIfAsked) {
  Json pieces = read_json("lexical/tokenizer.lexical.json");
  pieces.erase(pieces.size() - 1); // the end of text
  write("lexical.json", pieces.dump());
  refused(2, {{prepare("lexical.json"), "or pass --no-end-of-text"}});
  EXPECT_FALSE(exists("data"));
  const Json prepared = json(prepare("lexical.json --no-end-of-text"));
  const Json trained = train();
  const Json config = read_json("run/model/config.json");
  EXPECT_EQ(config["eos_token_id"], nullptr);
  EXPECT_EQ(config["vocab_size"], 339);

  const Json result = json(kEval);
  // All but the first, which nothing predicts.
  EXPECT_EQ(result["tokens"], prepared["val"]["tokens"].get<int64_t>() - 1);
  EXPECT_EQ(result["documents"], prepared["val"]["documents"]);
  EXPECT_EQ(result["end_of_text"], false);
  EXPECT_NEAR(result["nats_per_token"], trained["val_loss"], 1e-9);
  EXPECT_NEAR(result["baselines"][0]["nats_per_token"], std::log(339.0), 1e-9);
  EXPECT_THAT(
      output(kEval),
      HasSubstr(
          "no end-of-text token separates them, every token but the first"));
  refused(
      2,
      {{std::string(kEval) + " --per-document rows.jsonl",
        "leave --per-document out"},
       {"nanobrain generate --model run",
        "no end-of-text token to start from"}});
  output("nanobrain generate --model run --prompt the");
}

} // namespace
} // namespace nanobrain::testing
