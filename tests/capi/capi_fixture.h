// What the tests of the C library share: folders with a tokenizer, and handles
// that free themselves.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "nanobrain/capi/nanobrain_runtime.h"
#include "nanobrain/runtime/session.h"
#include "tests/runtime/int8_model.h"
#include "tests/support/support.h"
#include "tests/tokenizer/lexical_small.h"

namespace nanobrain::testing {

/// A tokenizer of some words and all bytes; its last id is the end of text.
inline LexicalTokenizer capi_tokenizer() {
  return LexicalTokenizer(lexical_vocabulary({"the", " the", " cat", "ing"}));
}

/// Ids past the tokenizer's, which a model may have: its embedder is padded.
constexpr int64_t kPadding = 5;

/// A model with that tokenizer in its folder.
inline Int8Model capi_model(uint64_t seed = 1) {
  const LexicalTokenizer tokenizer = capi_tokenizer();
  Int8Model model(
      {.vocab_size = tokenizer.vocab_size() + kPadding, .max_seq_len = 20},
      seed);
  model.config["eos_token_id"] = tokenizer.end_of_text();
  return model;
}

class CapiFolder : public TempDir {
 public:
  explicit CapiFolder(uint64_t seed = 1) {
    capi_model(seed).write(path());
    capi_tokenizer().save(path());
  }
};

template <class T, void (*free)(T*)>
struct Freeing {
  void operator()(T* handle) const { free(handle); }
};
template <class T, void (*free)(T*)>
using Handle = std::unique_ptr<T, Freeing<T, free>>;
using ModelHandle = Handle<nb_model, nb_model_free>;
using PoolHandle = Handle<nb_thread_pool, nb_thread_pool_free>;
using SessionHandle = Handle<nb_session, nb_session_free>;
using SamplerHandle = Handle<nb_sampler, nb_sampler_free>;

/// The handle that create(T** made) makes.
template <class Handle, class Create>
Handle created(const Create& create) {
  typename Handle::pointer made = nullptr;
  EXPECT_EQ(create(&made), NB_OK) << nb_last_error();
  return Handle(made);
}
inline ModelHandle load_c(const std::filesystem::path& folder) {
  return created<ModelHandle>(
      [&](nb_model** made) { return nb_model_load(folder.c_str(), made); });
}
inline PoolHandle pool_c(int32_t threads = 1) {
  return created<PoolHandle>([&](nb_thread_pool** made) {
    return nb_thread_pool_create(threads, made);
  });
}
inline SessionHandle session_c(
    const ModelHandle& model, const PoolHandle& pool) {
  return created<SessionHandle>([&](nb_session** made) {
    return nb_session_create(model.get(), pool.get(), made);
  });
}
inline SamplerHandle sampler_c(
    const ModelHandle& model,
    const nb_sampler_options& options = NB_SAMPLER_OPTIONS_INIT) {
  return created<SamplerHandle>([&](nb_sampler** made) {
    return nb_sampler_create(model.get(), &options, made);
  });
}

/// A model of the C library with a session, beside one of the engine on the
/// same folder.
class CApi : public ::testing::Test {
 protected:
  CApi() {
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

/// EXPECT_STATUS(NB_ERROR_ARGUMENT, "part of the text", nb_call(...))
#define EXPECT_STATUS(status, substring, ...)                      \
  do {                                                             \
    EXPECT_EQ(__VA_ARGS__, status) << nb_last_error();             \
    EXPECT_THAT(nb_last_error(), ::testing::HasSubstr(substring)); \
  } while (false)

/// EXPECT_REFUSED("part of the text", nb_call(...)): as a wrong argument.
#define EXPECT_REFUSED(substring, ...) \
  EXPECT_STATUS(NB_ERROR_ARGUMENT, substring, __VA_ARGS__)

/// EXPECT_NULL("session", nb_session_reset, nullptr)
#define EXPECT_NULL(name, function, ...) \
  EXPECT_REFUSED("[" #function "] " name " is NULL", function(__VA_ARGS__))

} // namespace nanobrain::testing
