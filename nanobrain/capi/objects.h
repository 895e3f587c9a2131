// What the handles of nanobrain_runtime.h point to.
#pragma once

#include <memory>

#include "nanobrain/base/random.h"
#include "nanobrain/capi/nanobrain_runtime.h"
#include "nanobrain/runtime/model.h"
#include "nanobrain/runtime/sampler.h"
#include "nanobrain/runtime/session.h"
#include "nanobrain/runtime/thread_pool.h"
#include "nanobrain/tokenizer/tokenizer.h"

struct nb_model {
  std::shared_ptr<const nanobrain::RuntimeModel> weights;
  std::shared_ptr<const nanobrain::Tokenizer> tokenizer; // null: none

  /// Logits of tokens that may be drawn: ids past the tokenizer's are not.
  int64_t drawable() const {
    return tokenizer != nullptr ? tokenizer->vocab_size()
                                : weights->config().vocab_size;
  }
};

struct nb_thread_pool {
  std::shared_ptr<nanobrain::ThreadPool> threads;
};

struct nb_session {
  std::shared_ptr<const nanobrain::RuntimeModel> weights;
  nanobrain::Session session;
};

struct nb_sampler {
  std::shared_ptr<const nanobrain::RuntimeModel> weights;
  int64_t drawable;
  nanobrain::Sampler sampler;
  nanobrain::Random random;
};
