// An int8 model as a LanguageModel, on the engine of runtime/.
#pragma once

#include <memory>

#include "nanobrain/inference/language_model.h"
#include "nanobrain/runtime/model.h"

namespace nanobrain {

/// Windows are scored side by side, one a thread; a predictor shares each
/// product among its threads. The same bits whatever their number.
std::unique_ptr<LanguageModel> make_int8_model(
    std::shared_ptr<const RuntimeModel> model);

} // namespace nanobrain
