// The int8 model: a folder's weights, ready to run. Immutable; many sessions
// share one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "nanobrain/base/aligned_buffer.h"
#include "nanobrain/config/huggingface_config.h"
#include "nanobrain/runtime/packed_matrix.h"

namespace nanobrain {

class RuntimeModel {
 public:
  /// The metadata of model.int8.safetensors.
  static constexpr const char* kFormat = "nanobrain-int8";
  static constexpr int64_t kVersion = 1;

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

  /// Reads config.json and model.int8.safetensors, whose checksums are checked
  /// where nanobrain.json has them. Every fault of a damaged or hostile file is
  /// an Error that names the file and the tensor.
  static std::shared_ptr<const RuntimeModel> load(
      const std::filesystem::path& folder);

  const ModelConfig& config() const { return config_.model; }
  /// trained_context() of the folder
  int64_t trained_context() const { return trained_context_; }
  /// eos_token_id of config.json; -1: none
  int64_t end_of_text() const { return config_.end_of_text; }
  /// Row `id` of the embedder, dequantized, into x (C).
  void embed(int64_t id, float* x) const;
  const std::vector<Layer>& layers() const { return layers_; }
  const Norm& final_norm() const { return final_norm_; }
  const PackedMatrix& head() const { return head_; }
  const float* positions() const { return positions_.data(); } // (T, C)
  int64_t file_bytes() const { return file_bytes_; }

 private:
  class Reader;
  explicit RuntimeModel(Reader& reader);

  HuggingFaceConfig config_;
  int64_t trained_context_;
  int64_t file_bytes_;
  std::vector<Layer> layers_;
  Norm final_norm_;
  PackedMatrix head_;
  AlignedBuffer<float> positions_;
};

} // namespace nanobrain
