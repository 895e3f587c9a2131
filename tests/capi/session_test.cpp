// nb_session, nb_sampler and nb_thread_pool give what the C++ engine gives.
#include <algorithm>
#include <cstring>

#include "nanobrain/inference/generate.h"
#include "nanobrain/inference/int8_model.h"
#include "tests/capi/capi_fixture.h"

namespace nanobrain::testing {
namespace {

TEST_F(CApi, PredictsAsTheEngineToTheBit) {
  for (const int count : {1, 3, 16, 20, 1, 45}) { // past the context of 20
    const auto tokens = ids(count);
    engine_.feed(tokens);
    ASSERT_EQ(feed(tokens), NB_OK);
    const float* logits = nullptr;
    ASSERT_EQ(nb_session_logits(session_.get(), &logits), NB_OK);
    const auto expected = engine_.logits();
    EXPECT_EQ(std::memcmp(logits, expected.data(), expected.size_bytes()), 0);
    nb_token next = -1;
    ASSERT_EQ(nb_session_argmax(session_.get(), &next), NB_OK);
    EXPECT_EQ(next, engine_.argmax());
    EXPECT_EQ(length(), static_cast<size_t>(engine_.length()));
  }
}

TEST_F(CApi, ForwardAndScoreAsTheEngineToTheBit) {
  const auto tokens = ids(20), targets = ids(20, 8);
  std::vector<float> logits(20 * vocab_size_), engine_logits(logits.size());
  engine_.forward(tokens, engine_logits.data());
  ASSERT_EQ(
      nb_session_forward(
          session_.get(), tokens.data(), 20, logits.data(), logits.size()),
      NB_OK);
  EXPECT_EQ(logits, engine_logits);
  std::vector<float> losses(20), engine_losses(20);
  engine_.score(tokens, targets, engine_losses);
  ASSERT_EQ(
      nb_session_score(
          session_.get(), tokens.data(), targets.data(), 20, losses.data()),
      NB_OK);
  EXPECT_EQ(losses, engine_losses);
  const nb_token none = -1;
  ASSERT_EQ(
      nb_session_score(session_.get(), tokens.data(), &none, 1, losses.data()),
      NB_OK);
  EXPECT_EQ(losses[0], 0);
}

TEST_F(CApi, DrawsAsGenerateDoes) {
  const auto tokenizer = capi_tokenizer();
  for (const SamplerOptions& sampler :
       {SamplerOptions{},
        SamplerOptions{.temperature = 0.7, .top_k = 9},
        SamplerOptions{.temperature = 0.7, .top_k = 9, .top_p = 0.8},
        SamplerOptions{.temperature = 0}}) {
    nb_sampler_options options = NB_SAMPLER_OPTIONS_INIT;
    options.temperature = sampler.temperature;
    options.top_k = sampler.top_k;
    options.top_p = sampler.top_p;
    options.seed = 5;
    const auto predictor = make_int8_model(engine_model_)->make_predictor(1);
    const auto generated = generate(
        *predictor,
        tokenizer,
        "",
        {.max_tokens = 60, .sampler = sampler, .seed = 5});
    EXPECT_EQ(draw(options, 60), generated.ids);
  }
}

TEST_F(CApi, PaddingIsNeverDrawn) {
  nb_sampler_options options = NB_SAMPLER_OPTIONS_INIT;
  options.temperature = 1e6; // all tokens alike
  const auto sampler = sampler_c(model_, options);
  ASSERT_EQ(feed({1}), NB_OK);
  const auto least_padding = static_cast<nb_token>(vocab_size_ - kPadding);
  nb_token largest = 0;
  for (int i = 0; i < 5000; ++i) {
    nb_token token = 0;
    ASSERT_EQ(nb_session_sample(session_.get(), sampler.get(), &token), NB_OK);
    largest = std::max(largest, token);
  }
  EXPECT_EQ(largest, least_padding - 1);
}

TEST_F(CApi, ObjectsMayBeFreedInAnyOrder) {
  const auto sampler = sampler_c(model_);
  model_.reset();
  pool_.reset();
  ASSERT_EQ(feed({1, 2}), NB_OK);
  nb_token token = 0;
  EXPECT_EQ(nb_session_sample(session_.get(), sampler.get(), &token), NB_OK);
}

} // namespace
} // namespace nanobrain::testing
