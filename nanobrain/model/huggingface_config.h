// ModelConfig as the config.json of a Hugging Face GPT-2.
#pragma once

#include <string_view>

#include "nanobrain/base/json.h"
#include "nanobrain/model/config.h"

namespace nanobrain {

/// Error that begins with `where` and names the key where the file describes
/// a model that NanoLM cannot be (another family, scaled attention, ...) or
/// dimensions that cannot be.
ModelConfig config_from_huggingface(const Json& json, std::string_view where);

/// The config.json that transformers reads. `end_of_text` < 0: there is none.
/// Biases are always declared by Hugging Face's GPT-2, so a bias-free model is
/// marked by "nanobrain": {"bias": false} and carries zero biases.
Json config_to_huggingface(const ModelConfig& config, int64_t end_of_text);

} // namespace nanobrain
