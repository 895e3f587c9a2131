// The parameter inventory: what a model is made of. Readers, writers, counts
// and the optimizer's groups derive from it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nanobrain/config/model_config.h"

namespace nanobrain {

enum class Part { kEmbedder, kPositions, kBlocks, kFinalNorm };
/// "embedder", "positions", "blocks", "final_norm"
const char* name_of(Part part);
/// The same for reading: "final norm"
std::string title(Part part);

enum class Role { kMatrix, kEmbedding, kPosition, kNorm, kBias };
/// "matrix", "embedding", "position", "norm", "bias"
const char* name_of(Role role);

/// How an int8 model stores it (runtime/model.h).
enum class Int8Storage {
  kRows,   // int8, with a scale a row
  kHalf,   // f16
  kFloat,  // f32
  kIfUsed, // f32; left out where all are zero
};

/// Before every name in the files of Hugging Face and of int8 models.
inline const std::string kFilePrefix = "transformer.";

struct Parameter {
  std::string name;           // of the module: "h.0.attn.c_attn.weight"
  std::vector<int64_t> shape; // a matrix (out, in)
  Part part;
  Role role;
  int64_t layer = -1;           // of blocks, from 0
  std::string gguf_module = {}; // llama.cpp's: "blk.0.attn_qkv"
  int64_t stacked = 1;          // matrices in it, one after another: q, k and v

  /// "h.0.attn.c_attn"
  std::string module() const { return name.substr(0, name.rfind('.')); }
  bool is_bias() const { return name.ends_with(".bias"); }
  /// Its product is added to the residual stream.
  bool into_residual() const { return name.ends_with("c_proj.weight"); }
  std::string gguf_name() const {
    return gguf_module + (is_bias() ? ".bias" : ".weight");
  }
  int64_t count() const;
  /// In model.safetensors and model.int8.safetensors; only this one has scales.
  std::string huggingface_name() const { return kFilePrefix + name; }
  std::string scale_name() const { return huggingface_name() + ".scale"; }
  /// Hugging Face's Conv1D keeps a matrix as (in, out).
  bool transposed() const { return role == Role::kMatrix; }
  std::vector<int64_t> huggingface_shape() const {
    return transposed() ? std::vector{shape[1], shape[0]} : shape;
  }
  /// Whether weight decay falls on it.
  bool decays() const { return role != Role::kNorm && role != Role::kBias; }
  Int8Storage int8_storage() const;
  int64_t f32_bytes() const { return 4 * count(); }
  int64_t int8_bytes() const;
};

/// Every parameter, in the order of the model's modules and of the files. The
/// tied head counts once, as the embedder.
std::vector<Parameter> list_parameters(const ModelConfig& config);

/// The same, and the biases that a model without them may have in files.
std::vector<Parameter> list_stored_parameters(ModelConfig config);

/// A block's module, "h.0".
std::string block_name(int64_t layer);

/// Of tensors, headers left out.
struct ModelSize {
  int64_t parameters = 0;
  int64_t f32_bytes = 0;
  int64_t int8_bytes = 0; // as `nanobrain quantize` stores them
  void add(const Parameter& parameter);
};
ModelSize model_size(const ModelConfig& config);
int64_t count_parameters(const ModelConfig& config);

/// FLOPs of the forward pass a token, at the mean of a window of `seq_len`
/// tokens: 2 for every weight of a matrix, the tied head's once, and 2 for each
/// product of causal attention, (seq_len + 1) model_dim a layer. Norms, GELU
/// and softmax are left out, as in Kaplan et al. 2020 (arXiv:2001.08361, 2.1).
int64_t forward_flops_per_token(const ModelConfig& config, int64_t seq_len);

} // namespace nanobrain
