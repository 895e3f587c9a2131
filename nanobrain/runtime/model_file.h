// The files of an int8 model, checked value by value.
#pragma once

#include <cstdint>
#include <filesystem>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "nanobrain/base/safetensors.h"
#include "nanobrain/config/huggingface_config.h"

namespace nanobrain {

/// config.json and model.int8.safetensors (memory-mapped) of a folder, and the
/// checksums of both where nanobrain.json has them. Every fault of a damaged or
/// hostile file is an Error that names the file and the tensor.
class ModelFile {
 public:
  static constexpr const char* kFormat = "nanobrain-int8";
  static constexpr int64_t kVersion = 1;

  /// A view of the mapped weights, (out, in) row-major, and a copy of the
  /// scales: those of a file may lie at any address.
  struct Matrix {
    std::span<const int8_t> weight;
    std::vector<float> scale; // (out), finite and above 0
    int64_t out = 0, in = 0;
  };

  explicit ModelFile(const std::filesystem::path& folder);

  const ModelConfig& config() const { return config_.model; }
  int64_t end_of_text() const { return config_.end_of_text; }
  int64_t file_bytes() const { return file_bytes_; }

  /// The tensors `name` and `name`.scale.
  Matrix matrix(const std::string& name, int64_t out, int64_t in);
  /// An F32 tensor of n finite values.
  std::vector<float> vector(const std::string& name, int64_t n);
  /// The same, but empty where there is none.
  std::vector<float> optional_vector(const std::string& name, int64_t n);
  /// An F16 tensor of finite values, (rows, columns), as floats.
  std::vector<float> half_matrix(
      const std::string& name, int64_t rows, int64_t columns);
  /// Error that names a tensor which none of the above was asked for.
  void require_all_read() const;

 private:
  const TensorView& view(
      const std::string& name, DType dtype, const std::vector<int64_t>& shape);
  std::string where(const std::string& name) const;
  void require_finite(
      const std::vector<float>& values, const std::string& name) const;

  std::filesystem::path path_;
  HuggingFaceConfig config_;
  SafetensorsFile file_;
  int64_t file_bytes_;
  std::set<std::string> asked_for_;
};

} // namespace nanobrain
