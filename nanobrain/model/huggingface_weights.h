// A model's parameters as the model.safetensors of a Hugging Face GPT-2.
#pragma once

#include <filesystem>

#include "nanobrain/model/nano_lm.h"

namespace nanobrain {

/// Fills every parameter from f32, f16 or bf16 tensors named with or without
/// "transformer.". Attention masks of published files are passed over, and
/// lm_head.weight where it equals wte. Error that names the file and the tensor
/// where one is missing, unexpected, of another shape or dtype or not finite,
/// or where a model without biases finds one that is not zero.
void read_weights(const std::filesystem::path& file, NanoLM& model);

/// Writes every parameter as f32, named "transformer.*", matrices [in, out];
/// a model without biases writes zeros for them.
void write_weights(const std::filesystem::path& file, NanoLM& model);

} // namespace nanobrain
