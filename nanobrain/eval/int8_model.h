// An int8 model folder as a LanguageModel, on the engine of runtime/.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "nanobrain/eval/language_model.h"

namespace nanobrain {

/// Reads the folder's int8 model. Windows are scored side by side, one a
/// thread; generation shares each product among the `threads` (0: all).
std::unique_ptr<LanguageModel> open_int8_model(
    const std::filesystem::path& folder, int64_t threads);

} // namespace nanobrain
