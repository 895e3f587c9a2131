// LibTorch's tensors in safetensors files.
#pragma once

#include <torch/types.h>

#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "nanobrain/base/safetensors.h"

namespace nanobrain {

using NamedTensors = std::vector<std::pair<std::string, torch::Tensor>>;

/// Writes atomically, in this order; F32, F16, BF16 and I8 as they are.
void write_tensors(
    const std::filesystem::path& path,
    const NamedTensors& tensors,
    const std::map<std::string, std::string>& metadata = {});

/// An f32 copy on the CPU of F32, F16 or BF16. Error that begins with `where`
/// for another dtype.
torch::Tensor read_tensor(const TensorView& view, const std::string& where);

} // namespace nanobrain
