// config.json of a Hugging Face GPT-2 folder.
#pragma once

#include <cstdint>
#include <string_view>

#include "nanobrain/base/json.h"
#include "nanobrain/config/model_config.h"

namespace nanobrain {

struct HuggingFaceConfig {
  ModelConfig model;
  int64_t end_of_text = -1; // eos_token_id; -1: none
};

/// Error that begins with `where` and names the key where one is missing or of
/// the wrong type, where the file describes another model than ours (another
/// family, scaled attention, a head of its own, ...) or one that cannot be.
HuggingFaceConfig parse_huggingface_config(
    const Json& json, std::string_view where);

/// The config.json that transformers reads. `end_of_text` < 0: there is none.
/// Biases are always declared by Hugging Face's GPT-2, so a bias-free model is
/// marked by "nanobrain": {"bias": false} and carries zero biases.
Json to_huggingface(const HuggingFaceConfig& config);

} // namespace nanobrain
