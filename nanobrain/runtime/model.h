// The int8 model: a folder's weights, ready to run. Immutable; many sessions
// share one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "nanobrain/base/aligned_buffer.h"
#include "nanobrain/config/model_config.h"
#include "nanobrain/runtime/packed_matrix.h"

namespace nanobrain {

class ModelFile;

class RuntimeModel {
 public:
  struct Norm {
    AlignedBuffer<float> weight, bias; // (C), zeros up to a multiple of 16
  };
  struct Linear {
    PackedMatrix weight;
    /// (out), zeros up to a multiple of 16; empty where there is none.
    AlignedBuffer<float> bias;
  };
  struct Layer {
    Norm ln_1, ln_2;
    Linear c_attn, attn_proj, c_fc, mlp_proj;
  };

  /// Reads config.json and model.int8.safetensors. Every fault of a damaged or
  /// hostile file is an Error that names the file and the tensor.
  static std::shared_ptr<const RuntimeModel> load(
      const std::filesystem::path& folder);

  const ModelConfig& config() const { return config_; }
  /// eos_token_id of config.json; -1: none
  int64_t end_of_text() const { return end_of_text_; }
  /// Row `id` of the embedder, dequantized, into x (C).
  void embed(int64_t id, float* x) const;
  const std::vector<Layer>& layers() const { return layers_; }
  const Norm& final_norm() const { return final_norm_; }
  const PackedMatrix& head() const { return head_; }
  const float* positions() const { return positions_.data(); } // (T, C)
  int64_t file_bytes() const { return file_bytes_; }

 private:
  explicit RuntimeModel(ModelFile& file);
  ModelConfig config_;
  int64_t end_of_text_;
  std::vector<Layer> layers_;
  Norm final_norm_;
  PackedMatrix head_;
  std::vector<float> positions_;
  int64_t file_bytes_ = 0;
};

} // namespace nanobrain
