// A model's parameters as model.int8.safetensors (runtime/model.h) holds them.
#pragma once

#include <torch/types.h>

#include <cstdint>
#include <filesystem>
#include <map>
#include <vector>

#include "nanobrain/config/parameters.h"
#include "nanobrain/model/nano_lm.h"
#include "nanobrain/model/tensor_file.h"

namespace nanobrain {

/// Symmetric int8 of a matrix, one scale per output feature:
/// W = weight * scale, row by row.
struct Int8Matrix {
  torch::Tensor weight; // (out, in) int8, -127 to 127
  torch::Tensor scale;  // (out) f32, above 0

  torch::Tensor dequantized() const; // (out, in) f32
};

/// Rounds (out, in) to the nearest multiple of scale = max|row| / 127, half to
/// even; the scale of a row of zeros is 1.
Int8Matrix quantize_rows(const torch::Tensor& matrix);

/// ||approximate - exact|| / ||exact|| in the 2-norm, summed in f64; 0 where
/// both are all zeros.
double relative_error(
    const torch::Tensor& approximate, const torch::Tensor& exact);

/// Matrices in int8, (out, in), with their scales; positions in f16; vectors in
/// f32; biases of Linear layers only where one is not zero. The model is left
/// as it is.
class Int8Weights {
 public:
  /// Error that names a parameter that is not finite, or positions beyond f16.
  explicit Int8Weights(NanoLM& model);
  /// Of a model that has the parameters of this inventory.
  Int8Weights(
      const torch::nn::Module& model, const std::vector<Parameter>& inventory);

  /// Of a weight of the model that is stored in rows.
  const Int8Matrix& matrix(const torch::Tensor& parameter) const {
    return matrices_.at(parameter.unsafeGetTensorImpl());
  }
  /// (T, C) f16
  const torch::Tensor& positions() const { return positions_; }
  /// Of the tensors.
  const std::map<Part, int64_t>& bytes_by_part() const {
    return bytes_by_part_;
  }
  /// Writes the file; larger elements come first, so that every tensor starts
  /// at a multiple of its element's size.
  void write(const std::filesystem::path& file) const;

 private:
  void add(const Parameter& p, const torch::Tensor& parameter);

  std::map<const c10::TensorImpl*, Int8Matrix> matrices_;
  torch::Tensor positions_;
  std::map<Part, int64_t> bytes_by_part_;
  NamedTensors tensors_; // of the file
};

} // namespace nanobrain
