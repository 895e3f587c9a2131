// Memory behind the C library: generating takes none, and each allocation may
// fail without a crash. Every operator new of this program is counted, those
// of the library among them.
#include <pthread.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "tests/capi/capi_fixture.h"

namespace {

std::atomic<int64_t> allocations{0};
// Past so many, those of at least this size fail.
std::atomic<int64_t> last_that_succeeds{INT64_MAX};
std::atomic<size_t> least_that_fails{0};

void* counted(size_t size, size_t alignment) {
  if (++allocations > last_that_succeeds && size >= least_that_fails) {
    throw std::bad_alloc();
  }
  size = (size + alignment - 1) / alignment * alignment;
  if (void* memory = std::aligned_alloc(alignment, size)) return memory;
  throw std::bad_alloc();
}

} // namespace

void* operator new(size_t size) {
  return counted(size, alignof(std::max_align_t));
}
void* operator new(size_t size, std::align_val_t alignment) {
  return counted(size, static_cast<size_t>(alignment));
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, size_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, size_t, std::align_val_t) noexcept {
  std::free(memory);
}

namespace nanobrain::testing {
namespace {

class CAllocation : public ::testing::Test {
 protected:
  const CapiFolder folder_;
  const ModelHandle model_ = load_c(folder_.path());
  const PoolHandle pool_ = pool_c(2);
};

TEST_F(CAllocation, NoneWhileGenerating) {
  const auto session = session_c(model_, pool_);
  std::vector<nb_sampler_options> all(4, NB_SAMPLER_OPTIONS_INIT);
  all[1].top_k = 7;
  all[2].top_p = 0.999;
  all[2].temperature = 50; // keeps nearly all tokens
  all[3].temperature = 0;
  std::vector<SamplerHandle> samplers;
  for (const auto& options : all) {
    samplers.push_back(sampler_c(model_, options));
  }
  const auto ids = random_ids(20, 100);
  std::vector<float> losses(20);
  nb_token next = 1;
  int failures = 0;
  const int64_t before = allocations;
  for (int i = 0; i < 200; ++i) {
    failures += nb_session_feed(session.get(), &next, 1) != NB_OK;
    const size_t turn = static_cast<size_t>(i) % samplers.size();
    failures +=
        nb_session_sample(session.get(), samplers[turn].get(), &next) != NB_OK;
    failures += nb_session_argmax(session.get(), &next) != NB_OK;
    const char* bytes = nullptr;
    size_t size = 0;
    nb_model_token_bytes(model_.get(), next, &bytes, &size); // or padding
  }
  failures +=
      nb_session_score(
          session.get(), ids.data(), ids.data(), 20, losses.data()) != NB_OK;
  const int64_t after = allocations;
  EXPECT_EQ(after, before);
  EXPECT_EQ(failures, 0);
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

TEST_F(CAllocation, EachMayFail) {
  // The JSON library's destructors allocate a little, and end the process where
  // that fails: of a model without a tokenizer less than of any weights.
  const TempDir bare;
  capi_model().write(bare.path());
  const std::string folder = bare.path();
  least_that_fails = 2048;
  expect_memory_errors([&] {
    nb_model* model = nullptr;
    const nb_status status = nb_model_load(folder.c_str(), &model);
    nb_model_free(model);
    return status;
  });
  least_that_fails = 0;
  expect_memory_errors([&] {
    nb_thread_pool* pool = nullptr;
    const nb_status status = nb_thread_pool_create(3, &pool);
    nb_thread_pool_free(pool);
    return status;
  });
  expect_memory_errors([&] {
    nb_session* session = nullptr;
    const nb_status status =
        nb_session_create(model_.get(), pool_.get(), &session);
    nb_session_free(session);
    return status;
  });
  expect_memory_errors([&] {
    nb_sampler_options options = NB_SAMPLER_OPTIONS_INIT;
    options.top_k = 5;
    nb_sampler* sampler = nullptr;
    const nb_status status =
        nb_sampler_create(model_.get(), &options, &sampler);
    nb_sampler_free(sampler);
    return status;
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
