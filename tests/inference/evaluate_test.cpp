// The loss over a token file, and what each of its tokens adds.
#include <torch/types.h>

#include "nanobrain/base/error.h"
#include "nanobrain/inference/evaluation.h"
#include "nanobrain/kernels/isa.h"
#include "nanobrain/model/f32_model.h"
#include "tests/inference/tiny_model.h"
#include "tests/support/byte_tokenizer.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using namespace testing;

const std::vector<std::string> kTexts = {
    "The cat sleeps.", "", "On the warm mat, peacefully!\nNext line."};

std::vector<TokenId> ids_of(const std::vector<std::string>& texts) {
  const ByteTokenizer tokenizer;
  std::vector<TokenId> ids;
  for (const auto& text : texts) {
    const auto encoded = tokenizer.encode(text);
    ids.insert(ids.end(), encoded.begin(), encoded.end());
    ids.push_back(ByteTokenizer::kEndOfText);
  }
  return ids;
}

/// Loss of each token of a stream, each by a forward pass of its own over the
/// tokens that its window shows before it, all logits, in f64.
std::vector<double> reference_losses(
    NanoLM& model,
    const std::vector<TokenId>& ids,
    int64_t context,
    int64_t stride) {
  const torch::NoGradGuard no_grad;
  std::vector<int64_t> stream = {ByteTokenizer::kEndOfText};
  stream.insert(stream.end(), ids.begin(), ids.end());
  std::vector<double> losses;
  for (int64_t p = 1; p < static_cast<int64_t>(stream.size()); ++p) {
    // The first window that reaches p begins at the least multiple of stride
    // from which context inputs do.
    int64_t begin = 0;
    while (begin + context < p) begin += stride;
    const std::vector<int64_t> seen(stream.begin() + begin, stream.begin() + p);
    const auto logits = model->forward(torch::tensor(seen).unsqueeze(0));
    const auto log_p = logits[0][-1].to(torch::kFloat64).log_softmax(0);
    losses.push_back(-log_p[stream[static_cast<size_t>(p)]].item<double>());
  }
  return losses;
}

/// The losses that score_stream() gives.
std::vector<double> streamed_losses(
    NanoLM& model,
    const std::vector<TokenId>& ids,
    const EvalOptions& options) {
  const auto plan = plan_windows(
      Protocol::kDocuments,
      options.context,
      options.stride,
      model->config().max_seq_len,
      ByteTokenizer::kEndOfText);
  SpanSource source(ids);
  std::vector<double> losses;
  score_stream(
      *make_token_scorer(model, options.bf16),
      source,
      plan,
      options.batch_tokens,
      [&](TokenId, std::optional<double> nats) {
        losses.push_back(nats.value());
      });
  return losses;
}

void expect_near(
    const std::vector<double>& losses, const std::vector<double>& expected) {
  ASSERT_EQ(losses.size(), expected.size());
  for (size_t i = 0; i < losses.size(); ++i) {
    // f32 logits of size 10: a few times 10 x 6e-8.
    EXPECT_NEAR(losses[i], expected[i], 1e-5) << "token " << i;
  }
}

TEST(Evaluate, EqualsOneForwardPassAToken) {
  NanoLM model = tiny_model();
  // The others are shorter than a window.
  for (const auto& texts :
       {kTexts, std::vector<std::string>{""}, {"a"}, {"ab"}}) {
    const auto ids = ids_of(texts);
    for (const auto& [context, stride] : std::vector<std::pair<int, int>>{
             {12, 12}, {12, 5}, {12, 1}, {7, 7}, {7, 3}, {1, 1}}) {
      SCOPED_TRACE(fmt::format("context {}, stride {}", context, stride));
      expect_near(
          streamed_losses(model, ids, {.context = context, .stride = stride}),
          reference_losses(model, ids, context, stride));
    }
  }
}

TEST(Evaluate, BatchSizeChangesNothingButRounding) {
  NanoLM model = tiny_model();
  const auto ids = ids_of(kTexts);
  const auto one =
      streamed_losses(model, ids, {.stride = 5, .batch_tokens = 1});
  for (const int64_t batch_tokens : {26, 39, 10'000}) {
    const EvalOptions options{.stride = 5, .batch_tokens = batch_tokens};
    const auto many = streamed_losses(model, ids, options);
    expect_near(many, one);
    EXPECT_EQ(many, streamed_losses(model, ids, options)); // the same bits
  }
}

TEST(Evaluate, Bf16IsNear) {
  NanoLM model = tiny_model();
  const auto ids = ids_of(kTexts);
  const auto exact = streamed_losses(model, ids, {});
  const auto rounded = streamed_losses(model, ids, {.bf16 = true});
  if (has_bf16_products(model->wte->weight.device())) {
    EXPECT_NE(rounded, exact);
  }
  for (size_t i = 0; i < exact.size(); ++i) {
    // 8 bits of mantissa: logits of size 10 are off by 0.04 or so each.
    EXPECT_NEAR(rounded[i], exact[i], 0.2);
  }
}

class EvaluateFile : public ::testing::Test {
 protected:
  TokenFile write(const std::vector<std::string>& texts) {
    TokenFileWriter writer(folder_ / "val.tokens", tokenizer_);
    for (const auto& text : texts) {
      writer.append(tokenizer_.encode(text), static_cast<int64_t>(text.size()));
    }
    writer.finish();
    return TokenFile(folder_ / "val.tokens");
  }

  TempDir folder_;
  ByteTokenizer tokenizer_;
  NanoLM model_ = tiny_model();
};

TEST_F(EvaluateFile, SumsTheWholeFile) {
  const TokenFile file = write(kTexts);
  const LossSum loss = evaluate(model_, file, tokenizer_);
  double nats = 0;
  for (const double x : reference_losses(model_, ids_of(kTexts), 12, 12)) {
    nats += x;
  }
  EXPECT_NEAR(loss.nats, nats, 1e-5 * static_cast<double>(loss.tokens));
  EXPECT_EQ(loss.tokens, file.size());
  EXPECT_EQ(loss.bytes, 15 + 39);
  EXPECT_EQ(loss.words, 3 + 7);
  EXPECT_EQ(loss.documents, 3);
  EXPECT_EQ(loss.nats, evaluate(model_, file, tokenizer_).nats);
  EXPECT_NE(loss.nats, evaluate(model_, file, tokenizer_, {.stride = 3}).nats);
}

TEST_F(EvaluateFile, RefusesWhatDoesNotFit) {
  EXPECT_ERROR(
      Error, "holds no tokens", evaluate(model_, write({}), tokenizer_));
  const TokenFile file = write(kTexts);
  EXPECT_ERROR(
      UsageError,
      "context is 13; it must be from 1 to the model's max_seq_len, 12",
      evaluate(model_, file, tokenizer_, {.context = 13}));
  class Other : public ByteTokenizer {
    std::string hash() const override { return std::string(64, 'c'); }
  };
  EXPECT_ERROR(Error, "val.tokens", evaluate(model_, file, Other()));
}

TEST_F(EvaluateFile, BrokenWeightIsNamed) {
  const TokenFile file = write(kTexts);
  const torch::NoGradGuard no_grad;
  auto weight = model_->named_parameters()["h.1.mlp.c_fc.weight"];
  weight[3][2] = NAN;
  EXPECT_ERROR(
      Error,
      "the loss is not finite: h.1.mlp.c_fc.weight holds NaN",
      evaluate(model_, file, tokenizer_));
}

} // namespace
} // namespace nanobrain
