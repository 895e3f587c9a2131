// nb_session, nb_sampler and nb_thread_pool give what the C++ engine gives;
// misuse is told.
#include <cstring>
#include <limits>
#include <thread>

#include "nanobrain/inference/generate.h"
#include "nanobrain/inference/int8_predictor.h"
#include "nanobrain/runtime/session.h"
#include "tests/capi/capi_fixture.h"

namespace nanobrain::testing {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

class CSession : public ::testing::Test {
 protected:
  CSession() {
    nb_model_info info = NB_MODEL_INFO_INIT;
    EXPECT_EQ(nb_model_get_info(model_.get(), &info), NB_OK);
    vocab_size_ = static_cast<size_t>(info.vocab_size);
    end_of_text_ = info.end_of_text;
  }
  nb_status feed(const std::vector<nb_token>& tokens) {
    return nb_session_feed(session_.get(), tokens.data(), tokens.size());
  }
  size_t length() const {
    size_t length = 999;
    EXPECT_EQ(nb_session_length(session_.get(), &length), NB_OK);
    return length;
  }
  std::vector<nb_token> ids(int64_t count, uint64_t seed = 7) const {
    return random_ids(count, static_cast<int64_t>(vocab_size_), seed);
  }
  /// What is drawn after end-of-text, up to the next one.
  std::vector<nb_token> draw(
      const nb_sampler_options& options, int count) const {
    const auto session = session_c(model_, pool_);
    const auto sampler = sampler_c(model_, options);
    std::vector<nb_token> drawn;
    nb_token token = end_of_text_;
    for (int i = 0; i < count; ++i) {
      EXPECT_EQ(nb_session_feed(session.get(), &token, 1), NB_OK);
      EXPECT_EQ(nb_session_sample(session.get(), sampler.get(), &token), NB_OK);
      if (token == end_of_text_) break;
      drawn.push_back(token);
    }
    return drawn;
  }

  const CapiFolder folder_;
  std::shared_ptr<const RuntimeModel> engine_model_ =
      RuntimeModel::load(folder_.path());
  std::shared_ptr<ThreadPool> engine_pool_ = std::make_shared<ThreadPool>(1);
  Session engine_{engine_model_, engine_pool_};
  ModelHandle model_ = load_c(folder_.path());
  PoolHandle pool_ = pool_c();
  SessionHandle session_ = session_c(model_, pool_);
  size_t vocab_size_ = 0;
  nb_token end_of_text_ = 0;
};

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
    auto predictor = make_int8_predictor(engine_model_, engine_pool_);
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

TEST_F(CSession, ErrorsAreOfTheirThread) {
  nb_token token = 0;
  EXPECT_STATUS(
      NB_ERROR_STATE,
      "[nb_session_argmax]",
      nb_session_argmax(session_.get(), &token));
  std::thread([] { EXPECT_STREQ(nb_last_error(), ""); }).join();
  ASSERT_EQ(feed({1}), NB_OK);
  EXPECT_THAT(nb_last_error(), ::testing::StartsWith("[nb_session_argmax]"));
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

TEST_F(CSession, NothingToPredictBeforeTheFirstToken) {
  const float* logits = nullptr;
  nb_token token = 0;
  const auto sampler = sampler_c(model_, NB_SAMPLER_OPTIONS_INIT);
  const auto expect_state = [&] {
    EXPECT_STATUS(
        NB_ERROR_STATE,
        "has read nothing; feed it a token first",
        nb_session_logits(session_.get(), &logits));
    EXPECT_STATUS(
        NB_ERROR_STATE,
        "has read nothing",
        nb_session_argmax(session_.get(), &token));
    EXPECT_STATUS(
        NB_ERROR_STATE,
        "has read nothing",
        nb_session_sample(session_.get(), sampler.get(), &token));
  };
  expect_state();
  ASSERT_EQ(nb_session_feed(session_.get(), nullptr, 0), NB_OK);
  expect_state();
  ASSERT_EQ(feed({3}), NB_OK);
  ASSERT_EQ(nb_session_argmax(session_.get(), &token), NB_OK);
  ASSERT_EQ(nb_session_reset(session_.get()), NB_OK);
  EXPECT_EQ(length(), 0u);
  expect_state();
  ASSERT_EQ(nb_session_forward(session_.get(), nullptr, 0, nullptr, 0), NB_OK);
  ASSERT_EQ(
      nb_session_score(session_.get(), nullptr, nullptr, 0, nullptr), NB_OK);
  expect_state();
}

TEST_F(CSession, TokensOutOfRangeChangeNothing) {
  const auto size = static_cast<nb_token>(vocab_size_);
  std::vector<float> room(2 * vocab_size_);
  ASSERT_EQ(feed({1, 2, 3}), NB_OK);
  engine_.feed(std::vector<TokenId>{1, 2, 3, 4});
  for (const nb_token bad : {-1, size, INT32_MAX, INT32_MIN}) {
    const std::vector<nb_token> tokens = {5, bad};
    const std::vector<nb_token> good = {5, 6};
    const std::string text =
        "token id " + std::to_string(bad) + " is out of range";
    EXPECT_STATUS(NB_ERROR_ARGUMENT, text, feed(tokens));
    EXPECT_STATUS(
        NB_ERROR_ARGUMENT,
        text,
        nb_session_forward(
            session_.get(), tokens.data(), 2, room.data(), room.size()));
    EXPECT_STATUS(
        NB_ERROR_ARGUMENT,
        text,
        nb_session_score(
            session_.get(), tokens.data(), good.data(), 2, room.data()));
    if (bad < 0) continue; // as a target: none
    EXPECT_STATUS(
        NB_ERROR_ARGUMENT,
        "target id",
        nb_session_score(
            session_.get(), good.data(), tokens.data(), 2, room.data()));
  }
  EXPECT_EQ(length(), 3u);
  ASSERT_EQ(feed({4}), NB_OK);
  const float* logits = nullptr;
  ASSERT_EQ(nb_session_logits(session_.get(), &logits), NB_OK);
  EXPECT_EQ(logits[9], engine_.logits()[9]);
}

TEST_F(CSession, SequencesLongerThanTheContextAndRoomTooSmall) {
  const auto tokens = ids(21);
  std::vector<float> room(21 * vocab_size_);
  EXPECT_STATUS(
      NB_ERROR_ARGUMENT,
      "21 tokens are more than the 20 of the context",
      nb_session_forward(
          session_.get(), tokens.data(), 21, room.data(), room.size()));
  EXPECT_STATUS(
      NB_ERROR_ARGUMENT,
      "21 tokens are more than the 20 of the context",
      nb_session_score(
          session_.get(), tokens.data(), tokens.data(), 21, room.data()));
  EXPECT_STATUS(
      NB_ERROR_BUFFER,
      "has room for",
      nb_session_forward(
          session_.get(), tokens.data(), 2, room.data(), 2 * vocab_size_ - 1));
  EXPECT_STATUS(
      NB_ERROR_BUFFER,
      "has room for",
      nb_session_forward(
          session_.get(), tokens.data(), SIZE_MAX, room.data(), SIZE_MAX - 1));
}

TEST_F(CSession, SamplersOfOtherModelsAndBadOptions) {
  const CapiFolder folder(2);
  const auto other = load_c(folder.path());
  const auto sampler = sampler_c(other, NB_SAMPLER_OPTIONS_INIT);
  nb_token token = 0;
  ASSERT_EQ(feed({1}), NB_OK);
  EXPECT_STATUS(
      NB_ERROR_ARGUMENT,
      "the sampler is of another model than the session",
      nb_session_sample(session_.get(), sampler.get(), &token));

  const auto expect = [&](const char* text, const auto& change) {
    nb_sampler_options options = NB_SAMPLER_OPTIONS_INIT;
    change(options);
    nb_sampler* made = reinterpret_cast<nb_sampler*>(1);
    EXPECT_STATUS(
        NB_ERROR_ARGUMENT,
        text,
        nb_sampler_create(model_.get(), &options, &made));
    EXPECT_EQ(made, nullptr);
  };
  for (const double bad : {-0.1, kNan, kInfinity}) {
    expect("temperature is ", [&](auto& o) { o.temperature = bad; });
  }
  for (const double bad : {0.0, -1.0, 1.1, kNan, kInfinity}) {
    expect("top_p is ", [&](auto& o) { o.top_p = bad; });
  }
  expect("top_k is -1", [](auto& o) { o.top_k = -1; });
  expect("struct_size is 0", [](auto& o) { o.struct_size = 0; });
}

TEST_F(CSession, ThreadsOutOfRange) {
  for (const int32_t bad : {-1, 1025, INT32_MAX, INT32_MIN}) {
    nb_thread_pool* pool = reinterpret_cast<nb_thread_pool*>(1);
    EXPECT_STATUS(
        NB_ERROR_ARGUMENT,
        "[nb_thread_pool_create]",
        nb_thread_pool_create(bad, &pool));
    EXPECT_EQ(pool, nullptr);
  }
  EXPECT_NE(pool_c(0), nullptr);
}

TEST_F(CSession, NullsAreErrors) {
  const float* logits = nullptr;
  float room[1];
  nb_token token = 0;
  size_t length = 0;
  nb_session* session = nullptr;
  nb_sampler* made = nullptr;
  const nb_sampler_options options = NB_SAMPLER_OPTIONS_INIT;
  const auto sampler = sampler_c(model_, options);
  nb_session* s = session_.get();
  const auto expect = [](const char* text, nb_status status) {
    EXPECT_EQ(status, NB_ERROR_ARGUMENT);
    EXPECT_STREQ(nb_last_error(), text);
  };
  expect(
      "[nb_thread_pool_create] pool is NULL",
      nb_thread_pool_create(1, nullptr));
  expect(
      "[nb_session_create] model is NULL",
      nb_session_create(nullptr, pool_.get(), &session));
  expect(
      "[nb_session_create] pool is NULL",
      nb_session_create(model_.get(), nullptr, &session));
  expect(
      "[nb_session_create] session is NULL",
      nb_session_create(model_.get(), pool_.get(), nullptr));
  expect(
      "[nb_session_feed] session is NULL", nb_session_feed(nullptr, &token, 1));
  expect("[nb_session_feed] tokens is NULL", nb_session_feed(s, nullptr, 1));
  expect(
      "[nb_session_logits] session is NULL",
      nb_session_logits(nullptr, &logits));
  expect("[nb_session_logits] logits is NULL", nb_session_logits(s, nullptr));
  expect(
      "[nb_session_argmax] session is NULL",
      nb_session_argmax(nullptr, &token));
  expect("[nb_session_argmax] token is NULL", nb_session_argmax(s, nullptr));
  expect(
      "[nb_session_sample] session is NULL",
      nb_session_sample(nullptr, sampler.get(), &token));
  expect(
      "[nb_session_sample] sampler is NULL",
      nb_session_sample(s, nullptr, &token));
  expect(
      "[nb_session_sample] token is NULL",
      nb_session_sample(s, sampler.get(), nullptr));
  expect(
      "[nb_session_forward] session is NULL",
      nb_session_forward(nullptr, &token, 1, room, 1));
  expect(
      "[nb_session_forward] tokens is NULL",
      nb_session_forward(s, nullptr, 1, room, 1));
  expect(
      "[nb_session_forward] logits is NULL",
      nb_session_forward(s, &token, 1, nullptr, 1));
  expect(
      "[nb_session_score] session is NULL",
      nb_session_score(nullptr, &token, &token, 1, room));
  expect(
      "[nb_session_score] tokens is NULL",
      nb_session_score(s, nullptr, &token, 1, room));
  expect(
      "[nb_session_score] targets is NULL",
      nb_session_score(s, &token, nullptr, 1, room));
  expect(
      "[nb_session_score] losses is NULL",
      nb_session_score(s, &token, &token, 1, nullptr));
  expect("[nb_session_reset] session is NULL", nb_session_reset(nullptr));
  expect(
      "[nb_session_length] session is NULL",
      nb_session_length(nullptr, &length));
  expect("[nb_session_length] length is NULL", nb_session_length(s, nullptr));
  expect(
      "[nb_sampler_create] model is NULL",
      nb_sampler_create(nullptr, &options, &made));
  expect(
      "[nb_sampler_create] the structure is NULL",
      nb_sampler_create(model_.get(), nullptr, &made));
  expect(
      "[nb_sampler_create] sampler is NULL",
      nb_sampler_create(model_.get(), &options, nullptr));
  nb_session_free(nullptr);
  nb_sampler_free(nullptr);
  nb_thread_pool_free(nullptr);
}

TEST(CSessionWeights, ThatGiveNoFiniteLogits) {
  Int8Model model({.vocab_size = 30});
  auto& scales = model.at("transformer.wte.weight.scale");
  for (size_t i = 0; i < 30; ++i) scales.set(i, 3e38F);
  const TempDir dir;
  model.write(dir.path());
  const auto handle = load_c(dir.path());
  const auto session = session_c(handle, pool_c());
  const auto sampler = sampler_c(handle, NB_SAMPLER_OPTIONS_INIT);
  nb_token token = 1;
  float loss = 0;
  ASSERT_EQ(nb_session_feed(session.get(), &token, 1), NB_OK);
  const char* text = "the model's weights are broken";
  EXPECT_STATUS(
      NB_ERROR_NOT_FINITE, text, nb_session_argmax(session.get(), &token));
  EXPECT_STATUS(
      NB_ERROR_NOT_FINITE,
      text,
      nb_session_sample(session.get(), sampler.get(), &token));
  EXPECT_STATUS(
      NB_ERROR_NOT_FINITE,
      text,
      nb_session_score(session.get(), &token, &token, 1, &loss));
}

} // namespace
} // namespace nanobrain::testing
