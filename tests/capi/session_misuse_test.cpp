// Each misuse of sessions, samplers and thread pools gets its status and text.
#include <limits>
#include <thread>

#include "tests/capi/capi_fixture.h"

namespace nanobrain::testing {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST_F(CApi, ErrorsAreOfTheirThread) {
  nb_token token = 0;
  EXPECT_STATUS(
      NB_ERROR_STATE,
      "[nb_session_argmax]",
      nb_session_argmax(session_.get(), &token));
  std::thread([] { EXPECT_STREQ(nb_last_error(), ""); }).join();
  ASSERT_EQ(feed({1}), NB_OK);
  EXPECT_THAT(nb_last_error(), ::testing::StartsWith("[nb_session_argmax]"));
}

TEST_F(CApi, NothingToPredictBeforeTheFirstToken) {
  const float* logits = nullptr;
  nb_token token = 0;
  nb_session* s = session_.get();
  const auto sampler = sampler_c(model_);
  for (const bool reset : {false, true}) {
    if (reset) {
      ASSERT_EQ(feed({3}), NB_OK);
      ASSERT_EQ(nb_session_reset(s), NB_OK);
    }
    EXPECT_EQ(length(), 0u);
    const char* text = "has read nothing; feed it a token first";
    EXPECT_STATUS(NB_ERROR_STATE, text, nb_session_logits(s, &logits));
    EXPECT_STATUS(NB_ERROR_STATE, text, nb_session_argmax(s, &token));
    EXPECT_STATUS(
        NB_ERROR_STATE, text, nb_session_sample(s, sampler.get(), &token));
    // Nothing is no fault.
    ASSERT_EQ(nb_session_feed(s, nullptr, 0), NB_OK);
    ASSERT_EQ(nb_session_forward(s, nullptr, 0, nullptr, 0), NB_OK);
    ASSERT_EQ(nb_session_score(s, nullptr, nullptr, 0, nullptr), NB_OK);
  }
}

TEST_F(CApi, TokensOutOfRangeChangeNothing) {
  nb_session* s = session_.get();
  std::vector<float> room(2 * vocab_size_);
  ASSERT_EQ(feed({1, 2, 3}), NB_OK);
  for (const nb_token bad : {-1, static_cast<nb_token>(vocab_size_)}) {
    const nb_token tokens[] = {5, bad}, good[] = {5, 6};
    const std::string text =
        "token id " + std::to_string(bad) + " is out of range";
    EXPECT_REFUSED(text, nb_session_feed(s, tokens, 2));
    EXPECT_REFUSED(
        text, nb_session_forward(s, tokens, 2, room.data(), room.size()));
    EXPECT_REFUSED(text, nb_session_score(s, tokens, good, 2, room.data()));
    if (bad < 0) continue; // as a target: none
    EXPECT_REFUSED(
        "target id", nb_session_score(s, good, tokens, 2, room.data()));
  }
  EXPECT_EQ(length(), 3u);
}

TEST_F(CApi, SequencesLongerThanTheContextAndRoomTooSmall) {
  nb_session* s = session_.get();
  const auto tokens = ids(21);
  std::vector<float> room(21 * vocab_size_);
  const char* text = "21 tokens are more than the 20 of the context";
  EXPECT_REFUSED(
      text, nb_session_forward(s, tokens.data(), 21, room.data(), room.size()));
  EXPECT_REFUSED(
      text, nb_session_score(s, tokens.data(), tokens.data(), 21, room.data()));
  for (const auto& [count, floats] :
       {std::pair(size_t{2}, 2 * vocab_size_ - 1), {SIZE_MAX, SIZE_MAX - 1}}) {
    EXPECT_STATUS(
        NB_ERROR_BUFFER,
        "has room for",
        nb_session_forward(s, tokens.data(), count, room.data(), floats));
  }
}

TEST_F(CApi, SamplersOfOtherModelsAndBadOptions) {
  const CapiFolder folder(2);
  const auto other = load_c(folder.path());
  const auto sampler = sampler_c(other);
  nb_token token = 0;
  ASSERT_EQ(feed({1}), NB_OK);
  EXPECT_REFUSED(
      "the sampler is of another model than the session",
      nb_session_sample(session_.get(), sampler.get(), &token));

  const auto expect = [&](const char* text, const auto& change) {
    nb_sampler_options options = NB_SAMPLER_OPTIONS_INIT;
    change(options);
    nb_sampler* made = reinterpret_cast<nb_sampler*>(1);
    EXPECT_REFUSED(text, nb_sampler_create(model_.get(), &options, &made));
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

TEST_F(CApi, ThreadsOutOfRange) {
  for (const int32_t bad : {-1, 1025, INT32_MAX, INT32_MIN}) {
    nb_thread_pool* pool = reinterpret_cast<nb_thread_pool*>(1);
    EXPECT_REFUSED(
        "[nb_thread_pool_create]", nb_thread_pool_create(bad, &pool));
    EXPECT_EQ(pool, nullptr);
  }
  EXPECT_NE(pool_c(0), nullptr);
}

TEST_F(CApi, NullsAreErrors) {
  const std::string folder = folder_.path();
  const float* logits = nullptr;
  float room[1];
  nb_token token = 0;
  size_t length = 0;
  const char* bytes = nullptr;
  nb_model_info info = NB_MODEL_INFO_INIT;
  const nb_sampler_options options = NB_SAMPLER_OPTIONS_INIT;
  const auto sampler = sampler_c(model_);
  nb_model* m = model_.get();
  nb_session* s = session_.get();
  nb_model* model = nullptr;
  nb_session* session = nullptr;
  nb_sampler* made = nullptr;

  EXPECT_NULL("folder", nb_model_load, nullptr, &model);
  EXPECT_NULL("model", nb_model_load, folder.c_str(), nullptr);
  EXPECT_NULL("model", nb_model_get_info, nullptr, &info);
  EXPECT_NULL("the structure", nb_model_get_info, m, nullptr);
  EXPECT_NULL("model", nb_model_encode, nullptr, "a", 1, &token, 1, &length);
  EXPECT_NULL("text", nb_model_encode, m, nullptr, 1, &token, 1, &length);
  EXPECT_NULL("count", nb_model_encode, m, "a", 1, &token, 1, nullptr);
  EXPECT_NULL("tokens", nb_model_decode, m, nullptr, 1, nullptr, 0, &length);
  EXPECT_NULL("text_size", nb_model_decode, m, &token, 1, nullptr, 0, nullptr);
  EXPECT_NULL("bytes", nb_model_token_bytes, m, 0, nullptr, &length);
  EXPECT_NULL("size", nb_model_token_bytes, m, 0, &bytes, nullptr);
  EXPECT_NULL("pool", nb_thread_pool_create, 1, nullptr);
  EXPECT_NULL("model", nb_session_create, nullptr, pool_.get(), &session);
  EXPECT_NULL("pool", nb_session_create, m, nullptr, &session);
  EXPECT_NULL("session", nb_session_create, m, pool_.get(), nullptr);
  EXPECT_NULL("session", nb_session_feed, nullptr, &token, 1);
  EXPECT_NULL("tokens", nb_session_feed, s, nullptr, 1);
  EXPECT_NULL("session", nb_session_logits, nullptr, &logits);
  EXPECT_NULL("logits", nb_session_logits, s, nullptr);
  EXPECT_NULL("session", nb_session_argmax, nullptr, &token);
  EXPECT_NULL("token", nb_session_argmax, s, nullptr);
  EXPECT_NULL("session", nb_session_sample, nullptr, sampler.get(), &token);
  EXPECT_NULL("sampler", nb_session_sample, s, nullptr, &token);
  EXPECT_NULL("token", nb_session_sample, s, sampler.get(), nullptr);
  EXPECT_NULL("session", nb_session_forward, nullptr, &token, 1, room, 1);
  EXPECT_NULL("tokens", nb_session_forward, s, nullptr, 1, room, 1);
  EXPECT_NULL("logits", nb_session_forward, s, &token, 1, nullptr, 1);
  EXPECT_NULL("session", nb_session_score, nullptr, &token, &token, 1, room);
  EXPECT_NULL("tokens", nb_session_score, s, nullptr, &token, 1, room);
  EXPECT_NULL("targets", nb_session_score, s, &token, nullptr, 1, room);
  EXPECT_NULL("losses", nb_session_score, s, &token, &token, 1, nullptr);
  EXPECT_NULL("session", nb_session_reset, nullptr);
  EXPECT_NULL("session", nb_session_length, nullptr, &length);
  EXPECT_NULL("length", nb_session_length, s, nullptr);
  EXPECT_NULL("model", nb_sampler_create, nullptr, &options, &made);
  EXPECT_NULL("the structure", nb_sampler_create, m, nullptr, &made);
  EXPECT_NULL("sampler", nb_sampler_create, m, &options, nullptr);
  nb_model_free(nullptr);
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
  const auto sampler = sampler_c(handle);
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
