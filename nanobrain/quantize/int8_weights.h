// A model's parameters as model.int8.safetensors holds them
// (runtime/model.h).
#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "nanobrain/config/parameters.h"
#include "nanobrain/model/nano_lm.h"
#include "nanobrain/quantize/int8_matrix.h"

namespace nanobrain {

/// Matrices in int8, (out, in), with their scales; positions in f16; vectors in
/// f32; biases of Linear layers only where one is not zero. The model is left
/// as it is.
class Int8Weights {
 public:
  /// Error that names the parameter where a value is not finite, or a position
  /// is beyond f16.
  explicit Int8Weights(NanoLM& model);

  /// By the names of NanoLM's modules: "wte", "h.0.attn.c_attn", ...
  const std::map<std::string, Int8Matrix>& matrices() const {
    return matrices_;
  }
  /// (T, C) f16
  const torch::Tensor& positions() const { return positions_; }
  /// Of the tensors.
  const std::map<Part, int64_t>& bytes_by_part() const {
    return bytes_by_part_;
  }
  /// Writes the file; larger elements come first, so that every tensor lies at
  /// a multiple of its element's size.
  void write(const std::filesystem::path& file) const;

 private:
  void add(const Parameter& parameter, const torch::Tensor& values);

  std::map<std::string, Int8Matrix> matrices_;
  torch::Tensor positions_;
  std::map<Part, int64_t> bytes_by_part_;
  std::vector<std::pair<std::string, torch::Tensor>> tensors_; // of the file
};

} // namespace nanobrain
