// Memory behind the C library: only creating takes some, and each allocation
// may fail without a crash. The library's are counted with the program's.
#include <pthread.h>

#include "tests/capi/capi_fixture.h"
#include "tests/capi/counted_new.h"

namespace nanobrain::testing {
namespace {

TEST_F(CApi, OnlyCreatingAllocates) {
  std::vector<nb_sampler_options> all(4, NB_SAMPLER_OPTIONS_INIT);
  all[1].top_k = 7;
  all[2].top_p = 0.999;
  all[2].temperature = 50; // keeps nearly all tokens
  all[3].temperature = 0;
  std::vector<SamplerHandle> samplers;
  for (const auto& options : all) {
    samplers.push_back(sampler_c(model_, options));
  }
  const auto tokens = ids(20);
  std::vector<float> losses(20), logits(20 * vocab_size_);
  for (const int32_t threads : {1, 2}) {
    const auto pool = pool_c(threads);
    const auto handle = session_c(model_, pool);
    nb_session* session = handle.get();
    nb_token next = 1;
    int failures = 0;
    const auto call = [&](nb_status status) { failures += status != NB_OK; };
    const int64_t before = allocations;
    for (int i = 0; i < 3; ++i) { // past the context
      call(nb_session_feed(session, tokens.data(), 20));
    }
    for (size_t i = 0; i < 200; ++i) {
      nb_sampler* sampler = samplers[i % samplers.size()].get();
      call(nb_session_feed(session, &next, 1));
      call(nb_session_sample(session, sampler, &next));
      call(nb_session_argmax(session, &next));
      const char* bytes = nullptr;
      size_t size = 0;
      nb_model_token_bytes(model_.get(), next, &bytes, &size); // or padding
    }
    call(nb_session_forward(
        session, tokens.data(), 20, logits.data(), logits.size()));
    call(nb_session_score(
        session, tokens.data(), tokens.data(), 20, losses.data()));
    call(nb_session_reset(session));
    const int64_t after = allocations;
    EXPECT_EQ(after, before);
    EXPECT_EQ(failures, 0);
  }
}

/// Lets the first, the second, ... allocation of `call` fail, and all after
/// it, until it succeeds.
template <class Call>
void expect_memory_errors(const Call& call) {
  nb_status status = NB_ERROR_MEMORY;
  int64_t granted = 0;
  for (; granted < 100'000; ++granted) {
    last_that_succeeds = allocations + granted;
    status = call();
    last_that_succeeds = INT64_MAX;
    if (status != NB_ERROR_MEMORY) break;
    ASSERT_STRNE(nb_last_error(), "");
  }
  EXPECT_EQ(status, NB_OK) << nb_last_error();
  EXPECT_GT(granted, 0);
}

/// The same of create(T** made), which is freed.
template <class T, void (*free)(T*), class Create>
void expect_creation_errors(const Create& create) {
  expect_memory_errors([&] {
    T* made = nullptr;
    const nb_status status = create(&made);
    free(made);
    return status;
  });
}

TEST_F(CApi, EachAllocationMayFail) {
  // The JSON library's destructors allocate a little, and end the process where
  // that fails: of a model without a tokenizer less than of any weights.
  const TempDir bare;
  capi_model().write(bare.path());
  const std::string folder = bare.path();
  least_that_fails = 2048;
  expect_creation_errors<nb_model, nb_model_free>(
      [&](nb_model** made) { return nb_model_load(folder.c_str(), made); });
  least_that_fails = 0;
  expect_creation_errors<nb_thread_pool, nb_thread_pool_free>(
      [&](nb_thread_pool** made) { return nb_thread_pool_create(3, made); });
  expect_creation_errors<nb_session, nb_session_free>([&](nb_session** made) {
    return nb_session_create(model_.get(), pool_.get(), made);
  });
  nb_sampler_options options = NB_SAMPLER_OPTIONS_INIT;
  options.top_k = 5;
  expect_creation_errors<nb_sampler, nb_sampler_free>([&](nb_sampler** made) {
    return nb_sampler_create(model_.get(), &options, made);
  });
  size_t count = 0;
  nb_token tokens[40];
  const std::string text = "the cat is sleeping on the mat";
  expect_memory_errors([&] {
    return nb_model_encode(
        model_.get(), text.data(), text.size(), tokens, 40, &count);
  });
  expect_memory_errors([&] {
    return nb_model_decode(model_.get(), tokens, count, nullptr, 0, &count);
  });
}

TEST(CThreads, ThatTheSystemDoesNotStart) {
  pthread_attr_t usual, huge;
  ASSERT_EQ(pthread_getattr_default_np(&usual), 0);
  ASSERT_EQ(pthread_attr_init(&huge), 0);
  ASSERT_EQ(pthread_attr_setstacksize(&huge, size_t{1} << 46), 0);
  ASSERT_EQ(pthread_setattr_default_np(&huge), 0);
  nb_thread_pool* pool = nullptr;
  EXPECT_STATUS(
      NB_ERROR_THREADS,
      "cannot start 2 threads",
      nb_thread_pool_create(2, &pool));
  EXPECT_EQ(pool, nullptr);
  EXPECT_EQ(pthread_setattr_default_np(&usual), 0);
}

} // namespace
} // namespace nanobrain::testing
