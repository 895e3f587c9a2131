// Scores windows with the int8 engine.
#pragma once

#include <cstdint>
#include <memory>

#include "nanobrain/inference/token_scorer.h"
#include "nanobrain/runtime/model.h"

namespace nanobrain {

/// Each of `threads` threads scores windows of its own: losses are the same
/// bits whatever their number and however windows are gathered into batches.
std::unique_ptr<TokenScorer> make_int8_scorer(
    std::shared_ptr<const RuntimeModel> model, int64_t threads);

} // namespace nanobrain
