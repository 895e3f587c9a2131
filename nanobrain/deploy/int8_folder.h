// Opens the int8 model that a command is given, with its tokenizer.
#pragma once

#include <filesystem>
#include <memory>

#include "nanobrain/runtime/model.h"
#include "nanobrain/tokenizer/tokenizer.h"

namespace nanobrain {

struct Int8Folder {
  std::shared_ptr<const RuntimeModel> model;
  std::shared_ptr<const Tokenizer> tokenizer;
};

/// Error where the folder is missing, damaged or no int8 model, or its
/// tokenizer is missing or another model's.
Int8Folder open_int8_folder(const std::filesystem::path& folder);

} // namespace nanobrain
