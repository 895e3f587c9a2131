#include "nanobrain/model/f32_model.h"

#include <torch/types.h>

#include <map>

#include "nanobrain/base/error.h"
#include "nanobrain/base/utf8.h"
#include "tests/inference/tiny_model.h"
#include "tests/support/byte_tokenizer.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using namespace testing;

constexpr int64_t kContext = 12;

/// Greedy generation without a cache: all logits of the visible tokens.
std::vector<TokenId> reference_greedy(
    NanoLM& model, const std::string& prompt, int64_t max_tokens) {
  const torch::NoGradGuard no_grad;
  std::vector<int64_t> ids = {ByteTokenizer::kEndOfText};
  for (const unsigned char c : prompt) ids.push_back(c);
  std::vector<TokenId> generated;
  while (static_cast<int64_t>(generated.size()) < max_tokens) {
    // Past the context the window moves by 6, when a 13th token comes.
    size_t start = 0;
    while (ids.size() - start > kContext) start += kContext / 2;
    const std::vector<int64_t> seen(
        ids.begin() + static_cast<ptrdiff_t>(start), ids.end());
    const auto logits = model->forward(torch::tensor(seen).unsqueeze(0));
    const auto id = logits[0][-1].argmax().item<int64_t>();
    if (id == ByteTokenizer::kEndOfText) break;
    ids.push_back(id);
    generated.push_back(static_cast<TokenId>(id));
  }
  return generated;
}

/// A model that follows each id by script[id], whatever stands before it: the
/// embeddings are one-hot and the feed-forward layer maps one to the other.
NanoLM scripted_model(const std::map<TokenId, TokenId>& script) {
  const torch::NoGradGuard no_grad;
  ModelConfig config;
  config.num_layers = 1;
  config.num_heads = 1;
  config.model_dim = 257;
  config.ffn_dim = 257;
  config.vocab_size = 257;
  config.max_seq_len = 8;
  NanoLM model(config);
  auto parameters = model->named_parameters();
  for (auto& parameter : parameters) {
    if (parameter.value().dim() == 2) parameter.value().zero_();
  }
  parameters["wte.weight"].copy_(torch::eye(257));
  parameters["h.0.mlp.c_fc.weight"].copy_(torch::eye(257));
  for (const auto& [from, to] : script) {
    parameters["h.0.mlp.c_proj.weight"][to][from] = 10; // (out, in)
  }
  return model;
}

GenerateOptions greedy(int64_t max_tokens) {
  GenerateOptions options{.max_tokens = max_tokens};
  options.sampler.temperature = 0;
  return options;
}

TEST(Generate, GreedyEqualsTheFullForwardPass) {
  NanoLM model = tiny_model(kContext);
  // Before the context's end, across it, and far past it from the start on.
  for (const std::string& prompt :
       {std::string(),
        std::string("a"),
        std::string("eleven char"),
        std::string("twelve chars"),
        std::string(100, 'z') + "The cat"}) {
    const auto expected = reference_greedy(model, prompt, 40);
    const Generated got = generate(model, ByteTokenizer(), prompt, greedy(40));
    EXPECT_EQ(got.ids, expected) << prompt;
    EXPECT_EQ(got.ended, expected.size() < 40) << prompt;
  }
}

TEST(Generate, EndOfTextPrecedesThePromptAndEndsTheText) {
  NanoLM model =
      scripted_model({{256, 'c'}, {'c', 'd'}, {'a', 'b'}, {'b', 256}});
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
  NanoLM model = scripted_model(script);
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
  NanoLM model = tiny_model();
  std::string streamed;
  const Generated got =
      generate(model, ByteTokenizer(), "", {.max_tokens = 200}, [&](auto part) {
        EXPECT_TRUE(is_valid_utf8(part));
        streamed += part;
      });
  EXPECT_EQ(streamed, got.text);
  EXPECT_FALSE(got.text.empty());
}

TEST(Generate, WrongUseIsAnError) {
  NanoLM model = tiny_model();
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
  const torch::NoGradGuard no_grad;
  model->wte->weight.fill_(NAN);
  EXPECT_ERROR(Error, "a logit is NaN", generate(model, tokenizer, "a"));
}

} // namespace
} // namespace nanobrain
