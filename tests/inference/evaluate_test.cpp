// The loss over a token file, and what each of its tokens adds.
#include "nanobrain/base/error.h"
#include "nanobrain/inference/evaluation.h"
#include "nanobrain/inference/int8_model.h"
#include "nanobrain/runtime/session.h"
#include "tests/inference/one_forward_a_token.h"
#include "tests/runtime/int8_model.h"

namespace nanobrain {
namespace {

using namespace testing;

/// A random int8 model over ByteTokenizer's ids.
class Evaluate : public ::testing::Test {
 protected:
  static inline const Int8Dimensions kDimensions = {
      .vocab_size = 257, .max_seq_len = 12};

  std::vector<float> next_logits(std::span<const TokenId> ids) {
    std::vector<float> logits(ids.size() * 257);
    session_.forward(ids, logits.data());
    return {logits.end() - 257, logits.end()};
  }
  TokenFile write(const std::vector<std::string>& texts) {
    TokenFileWriter writer(folder_ / "val.tokens", tokenizer_);
    for (const auto& text : texts) {
      writer.append(tokenizer_.encode(text), static_cast<int64_t>(text.size()));
    }
    writer.finish();
    return TokenFile(folder_ / "val.tokens");
  }
  LossSum loss(const TokenFile& file, const EvalOptions& options = {}) {
    return evaluate(*scorer_, 12, file, tokenizer_, options);
  }

  TempDir folder_;
  ByteTokenizer tokenizer_;
  std::shared_ptr<const RuntimeModel> model_ = Int8Model(kDimensions).load();
  Session session_{model_, std::make_shared<ThreadPool>(1)};
  std::unique_ptr<LanguageModel> int8_ = make_int8_model(model_);
  std::unique_ptr<TokenScorer> scorer_ = int8_->make_scorer(2);
  NextLogits next_logits_ = [this](auto ids) { return next_logits(ids); };
};

TEST_F(Evaluate, EqualsOneForwardPassAToken) {
  expect_one_forward_a_token(*scorer_, next_logits_);
}

TEST_F(Evaluate, SumsTheWholeFile) {
  const TokenFile file = write(kTexts);
  const LossSum sum = loss(file);
  double nats = 0;
  for (const double x :
       reference_losses(next_logits_, ids_of(kTexts), 12, 12)) {
    nats += x;
  }
  EXPECT_NEAR(sum.nats, nats, 1e-5 * static_cast<double>(sum.tokens));
  EXPECT_EQ(sum.tokens, file.size());
  EXPECT_EQ(sum.bytes, 15 + 39);
  EXPECT_EQ(sum.words, 3 + 7);
  EXPECT_EQ(sum.documents, 3);
  EXPECT_EQ(sum.nats, loss(file).nats);
  EXPECT_NE(sum.nats, loss(file, {.stride = 3}).nats);
}

TEST_F(Evaluate, RefusesWhatDoesNotFit) {
  EXPECT_ERROR(Error, "val.tokens] holds no tokens", loss(write({})));
  const TokenFile file = write(kTexts);
  EXPECT_ERROR(
      UsageError,
      "context is 13; it must be from 1 to the model's max_seq_len, 12",
      loss(file, {.context = 13}));
  class Other : public ByteTokenizer {
    std::string hash() const override { return std::string(64, 'c'); }
  };
  EXPECT_ERROR(Error, "val.tokens", evaluate(*scorer_, 12, file, Other()));
}

TEST_F(Evaluate, LogitsThatAreNotFiniteAreAnError) {
  Int8Model broken(kDimensions);
  auto& scale = broken.at("transformer.h.1.mlp.c_proj.weight.scale");
  for (size_t i = 0; i < 24; ++i) scale.set(i, 3e38F);
  int8_ = make_int8_model(broken.load());
  scorer_ = int8_->make_scorer(2);
  EXPECT_ERROR(Error, "the logits are not finite", loss(write(kTexts)));
}

} // namespace
} // namespace nanobrain
