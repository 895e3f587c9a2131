// A session of the C library beside one of the engine, on the same folder.
#pragma once

#include <memory>
#include <vector>

#include "nanobrain/runtime/session.h"
#include "tests/capi/capi_fixture.h"

namespace nanobrain::testing {

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

} // namespace nanobrain::testing
