#include "nanobrain/inference/generate.h"

#include <cmath>
#include <map>

#include "nanobrain/base/error.h"
#include "nanobrain/base/utf8.h"
#include "nanobrain/inference/int8_model.h"
#include "tests/runtime/int8_model.h"
#include "tests/support/byte_tokenizer.h"

namespace nanobrain {
namespace {

using namespace testing;

/// Follows each id by script[id], whatever stands before it; by NaN where there
/// is no script.
class ScriptedPredictor : public Predictor {
 public:
  explicit ScriptedPredictor(std::map<TokenId, TokenId> script)
      : script_(std::move(script)) {}
  void reset() override {}
  void feed(std::span<const TokenId> ids) override { last_ = ids.back(); }
  std::span<const float> logits() override {
    logits_.assign(257, script_.empty() ? NAN : 0);
    if (!script_.empty()) logits_[static_cast<size_t>(argmax())] = 10;
    return logits_;
  }
  TokenId argmax() override { return script_.at(last_); }
  void forward(std::span<const TokenId>, float*) override {}

 private:
  std::map<TokenId, TokenId> script_;
  TokenId last_ = -1;
  std::vector<float> logits_;
};

GenerateOptions greedy(int64_t max_tokens) {
  GenerateOptions options{.max_tokens = max_tokens};
  options.sampler.temperature = 0;
  return options;
}

TEST(Generate, EndOfTextPrecedesThePromptAndEndsTheText) {
  ScriptedPredictor model({{256, 'c'}, {'c', 'd'}, {'a', 'b'}, {'b', 256}});
  const Generated ended = generate(model, ByteTokenizer(), "xa", greedy(10));
  EXPECT_EQ(ended.text, "b");
  EXPECT_TRUE(ended.ended);
  const Generated first = generate(model, ByteTokenizer(), "", greedy(2));
  EXPECT_EQ(first.text, "cd");
  EXPECT_FALSE(first.ended);
}

TEST(Generate, NeverShowsHalfACharacter) {
  // a, then U+00E9 and U+1F600 byte by byte, then end.
  const std::string text = "\xc3\xa9\xf0\x9f\x98\x80";
  std::map<TokenId, TokenId> script;
  unsigned char last = 'a';
  for (const unsigned char c : text) {
    script[last] = c;
    last = c;
  }
  script[last] = 256;
  ScriptedPredictor model(script);
  std::vector<std::string> shown;
  const auto on_text = [&](std::string_view part) { shown.emplace_back(part); };
  const Generated got =
      generate(model, ByteTokenizer(), "a", greedy(20), on_text);
  EXPECT_EQ(got.text, text);
  EXPECT_EQ(got.ids.size(), 6u);
  EXPECT_THAT(shown, ::testing::ElementsAre("\xc3\xa9", "\xf0\x9f\x98\x80"));

  // Cut inside the second character: what is left comes repaired.
  shown.clear();
  const Generated cut =
      generate(model, ByteTokenizer(), "a", greedy(4), on_text);
  EXPECT_THAT(shown, ::testing::ElementsAre("\xc3\xa9", "\xef\xbf\xbd"));
  EXPECT_EQ(cut.text, "\xc3\xa9\xef\xbf\xbd");
}

TEST(Generate, RandomBytesStreamAsValidUtf8) {
  const auto model =
      make_int8_model(Int8Model({.vocab_size = 257, .max_seq_len = 12}).load());
  const auto predictor = model->make_predictor(1);
  std::string streamed;
  const Generated got = generate(
      *predictor, ByteTokenizer(), "", {.max_tokens = 200}, [&](auto part) {
        EXPECT_TRUE(is_valid_utf8(part));
        streamed += part;
      });
  EXPECT_EQ(streamed, got.text);
  EXPECT_FALSE(got.text.empty());
}

TEST(Generate, WrongUseIsAnError) {
  ScriptedPredictor model({});
  const ByteTokenizer tokenizer;
  EXPECT_ERROR(
      UsageError,
      "max_tokens is -1",
      generate(model, tokenizer, "", {.max_tokens = -1}));
  EXPECT_ERROR(
      UsageError,
      "no end-of-text token to start from",
      generate(model, ByteTokenizer(257, false), ""));
  EXPECT_EQ(generate(model, tokenizer, "a", {.max_tokens = 0}).text, "");
  EXPECT_ERROR(Error, "a logit is NaN", generate(model, tokenizer, "a"));
}

} // namespace
} // namespace nanobrain
