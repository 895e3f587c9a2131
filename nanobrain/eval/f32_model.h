// An f32 model folder as a LanguageModel.
#pragma once

#include <filesystem>
#include <memory>

#include "nanobrain/eval/language_model.h"

namespace nanobrain {

/// Reads the folder's model (load_model); `bf16` is make_token_scorer()'s.
std::unique_ptr<LanguageModel> open_f32_model(
    const std::filesystem::path& folder, bool bf16);

} // namespace nanobrain
