// What the tests of the C library share: folders with a tokenizer, and handles
// that free themselves.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "nanobrain/capi/nanobrain_runtime.h"
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

inline ModelHandle load_c(const std::filesystem::path& folder) {
  nb_model* model = nullptr;
  EXPECT_EQ(nb_model_load(folder.c_str(), &model), NB_OK) << nb_last_error();
  return ModelHandle(model);
}
inline PoolHandle pool_c(int32_t threads = 1) {
  nb_thread_pool* pool = nullptr;
  EXPECT_EQ(nb_thread_pool_create(threads, &pool), NB_OK) << nb_last_error();
  return PoolHandle(pool);
}
inline SessionHandle session_c(
    const ModelHandle& model, const PoolHandle& pool) {
  nb_session* session = nullptr;
  EXPECT_EQ(nb_session_create(model.get(), pool.get(), &session), NB_OK)
      << nb_last_error();
  return SessionHandle(session);
}
inline SamplerHandle sampler_c(
    const ModelHandle& model, const nb_sampler_options& options) {
  nb_sampler* sampler = nullptr;
  EXPECT_EQ(nb_sampler_create(model.get(), &options, &sampler), NB_OK)
      << nb_last_error();
  return SamplerHandle(sampler);
}

/// EXPECT_STATUS(NB_ERROR_ARGUMENT, "part of the text", nb_call(...))
#define EXPECT_STATUS(status, substring, ...)                      \
  do {                                                             \
    EXPECT_EQ(__VA_ARGS__, status) << nb_last_error();             \
    EXPECT_THAT(nb_last_error(), ::testing::HasSubstr(substring)); \
  } while (false)

} // namespace nanobrain::testing
