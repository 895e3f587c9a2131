// The int8 model: a folder's weights, ready to run. Immutable; many sessions
// share one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "nanobrain/base/aligned_buffer.h"
#include "nanobrain/runtime/packed_matrix.h"

namespace nanobrain {

/// The dimensions, as config.json of a Hugging Face GPT-2 folder has them.
struct RuntimeConfig {
  int64_t num_layers = 0;
  int64_t num_heads = 0;
  int64_t model_dim = 0;
  int64_t ffn_dim = 0;
  int64_t vocab_size = 0;
  int64_t max_seq_len = 0;
  bool gelu_tanh = false; // else erf
  double layer_norm_epsilon = 1e-5;
  int64_t end_of_text = -1; // eos_token_id; -1: none

  int64_t head_dim() const { return model_dim / num_heads; }
};

class RuntimeModel {
 public:
  struct Norm {
    AlignedBuffer<float> weight, bias; // (C)
  };
  struct Linear {
    PackedMatrix weight;
    AlignedBuffer<float> bias; // (padded out); zeros where there is none
  };
  struct Layer {
    Norm ln_1, ln_2;
    Linear c_attn, attn_proj, c_fc, mlp_proj;
  };

  /// Reads config.json and model.int8.safetensors. Every fault of a damaged or
  /// hostile file is an Error that names the file and the tensor.
  static std::shared_ptr<const RuntimeModel> load(
      const std::filesystem::path& folder);

  const RuntimeConfig& config() const { return config_; }
  /// Row `id` of the embedder, dequantized, into x (C).
  void embed(int64_t id, float* x) const;
  const std::vector<Layer>& layers() const { return layers_; }
  const Norm& final_norm() const { return final_norm_; }
  const PackedMatrix& head() const { return head_; }
  const float* positions() const { return positions_.data(); } // (T, C)
  int64_t file_bytes() const { return file_bytes_; }

 private:
  RuntimeModel() = default;
  RuntimeConfig config_;
  std::vector<Layer> layers_;
  Norm final_norm_;
  PackedMatrix head_;
  AlignedBuffer<float> positions_;
  int64_t file_bytes_ = 0;
};

} // namespace nanobrain
