// Predicts with the int8 engine.
#pragma once

#include <memory>

#include "nanobrain/inference/predictor.h"
#include "nanobrain/runtime/model.h"
#include "nanobrain/runtime/thread_pool.h"

namespace nanobrain {

/// The pool's threads share each product; logits are the same bits whatever
/// their number.
std::unique_ptr<Predictor> make_int8_predictor(
    std::shared_ptr<const RuntimeModel> model,
    std::shared_ptr<ThreadPool> pool);

} // namespace nanobrain
