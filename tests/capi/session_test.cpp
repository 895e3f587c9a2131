// nb_session, nb_sampler and nb_thread_pool give what the C++ engine gives.
#include <algorithm>
#include <cstring>
#include <thread>

#include "nanobrain/inference/generate.h"
#include "nanobrain/inference/int8_model.h"
#include "tests/capi/session_fixture.h"

namespace nanobrain::testing {
namespace {

TEST_F(CSession, PredictsAsTheEngineToTheBit) {
  for (const int count : {1, 3, 16, 20, 1, 45}) { // past the context of 20
    const auto tokens = ids(count);
    engine_.feed(tokens);
    ASSERT_EQ(feed(tokens), NB_OK);
    const float* logits = nullptr;
    ASSERT_EQ(nb_session_logits(session_.get(), &logits), NB_OK);
    EXPECT_EQ(
        std::memcmp(
            logits, engine_.logits().data(), vocab_size_ * sizeof(float)),
        0);
    nb_token next = -1;
    ASSERT_EQ(nb_session_argmax(session_.get(), &next), NB_OK);
    EXPECT_EQ(next, engine_.argmax());
    EXPECT_EQ(length(), static_cast<size_t>(engine_.length()));
  }
}

TEST_F(CSession, ForwardAndScoreAsTheEngineToTheBit) {
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

TEST_F(CSession, DrawsAsGenerateDoes) {
  nb_sampler_options options = NB_SAMPLER_OPTIONS_INIT;
  const auto tokenizer = capi_tokenizer();
  const auto generated = [&](double temperature, int64_t top_k, double top_p) {
    auto predictor = make_int8_model(engine_model_)->make_predictor(1);
    return generate(
               *predictor,
               tokenizer,
               "",
               {.max_tokens = 60,
                .sampler =
                    {.temperature = temperature,
                     .top_k = top_k,
                     .top_p = top_p},
                .seed = 5})
        .ids;
  };
  options.seed = 5;
  EXPECT_EQ(draw(options, 60), generated(1, 0, 1));
  options.temperature = 0.7;
  options.top_k = 9;
  EXPECT_EQ(draw(options, 60), generated(0.7, 9, 1));
  options.top_p = 0.8;
  EXPECT_EQ(draw(options, 60), generated(0.7, 9, 0.8));
  options.temperature = 0;
  EXPECT_EQ(draw(options, 60), generated(0, 0, 1));
}

TEST_F(CSession, PaddingIsNeverDrawn) {
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

TEST_F(CSession, TwoThreadsWithASessionEach) {
  const auto pool = pool_c(2); // shared, as is the model
  const auto read = [&](uint64_t seed, std::vector<float>& logits) {
    const auto session = session_c(model_, pool);
    for (uint64_t i = 0; i < 50; ++i) {
      const auto tokens = ids(3, seed + i);
      const float* values = nullptr;
      if (nb_session_feed(session.get(), tokens.data(), 3) != NB_OK ||
          nb_session_logits(session.get(), &values) != NB_OK) {
        return;
      }
      logits.insert(logits.end(), values, values + vocab_size_);
    }
  };
  std::vector<float> alone_a, alone_b, a, b;
  read(100, alone_a);
  read(900, alone_b);
  ASSERT_EQ(alone_a.size(), 50 * vocab_size_);
  ASSERT_NE(alone_a, alone_b);
  std::thread other([&] { read(100, a); });
  read(900, b);
  other.join();
  EXPECT_EQ(a, alone_a);
  EXPECT_EQ(b, alone_b);
}

TEST_F(CSession, ObjectsMayBeFreedInAnyOrder) {
  nb_sampler_options options = NB_SAMPLER_OPTIONS_INIT;
  const auto sampler = sampler_c(model_, options);
  model_.reset();
  pool_.reset();
  ASSERT_EQ(feed({1, 2}), NB_OK);
  nb_token token = 0;
  EXPECT_EQ(nb_session_sample(session_.get(), sampler.get(), &token), NB_OK);
}

} // namespace
} // namespace nanobrain::testing
