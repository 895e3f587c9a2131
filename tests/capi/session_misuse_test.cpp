// Each misuse of sessions, samplers and thread pools gets its status and text.
#include <limits>
#include <thread>

#include "tests/capi/session_fixture.h"

namespace nanobrain::testing {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

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
