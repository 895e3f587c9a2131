#include "nanobrain/config/parameters.h"

#include <fmt/format.h>

#include <array>
#include <functional>
#include <numeric>
#include <utility>

#include "nanobrain/base/error.h"
#include "nanobrain/base/fields.h"

namespace nanobrain {

const char* name_of(Part part) {
  constexpr std::array kNames = {
      "embedder", "positions", "blocks", "final_norm"};
  return kNames[static_cast<size_t>(part)];
}

const char* name_of(Role role) {
  constexpr std::array kNames = {
      "matrix", "embedding", "position", "norm", "bias"};
  return kNames[static_cast<size_t>(role)];
}

std::string title(Part part) {
  return part == Part::kFinalNorm ? "final norm" : name_of(part);
}

int64_t Parameter::count() const {
  return std::accumulate(
      shape.begin(), shape.end(), int64_t{1}, std::multiplies<>());
}

Int8Storage Parameter::int8_storage() const {
  using enum Int8Storage;
  constexpr std::array kStorages = {kRows, kRows, kHalf, kFloat, kIfUsed};
  return kStorages[static_cast<size_t>(role)];
}

int64_t Parameter::int8_bytes() const {
  const Int8Storage storage = int8_storage();
  if (storage == Int8Storage::kRows) return count() + 4 * shape.front();
  return (storage == Int8Storage::kHalf ? 2 : 4) * count();
}

std::vector<Parameter> list_parameters(const ModelConfig& config) {
  const int64_t C = config.model_dim, F = config.ffn_dim;
  std::vector<Parameter> list;
  Part part = Part::kEmbedder;
  int64_t layer = -1;
  struct Names {
    const char *own, *gguf; // ours and llama.cpp's
  };
  const auto add =
      [&](Names module, const char* name, std::vector<int64_t> s, Role role) {
        const auto block = layer < 0 ? "" : block_name(layer) + ".";
        const auto gguf = layer < 0 ? "" : fmt::format("blk.{}.", layer);
        list.push_back(
            {block + module.own + name,
             std::move(s),
             part,
             role,
             layer,
             gguf + module.gguf});
      };
  const auto norm = [&](Names module) {
    add(module, ".weight", {C}, Role::kNorm);
    add(module, ".bias", {C}, Role::kNorm);
  };
  const auto linear =
      [&](Names module, int64_t out, int64_t in, int64_t stacked = 1) {
        add(module, ".weight", {out, in}, Role::kMatrix);
        list.back().stacked = stacked;
        if (config.bias) add(module, ".bias", {out}, Role::kBias);
      };

  const int64_t V = config.vocab_size, T = config.max_seq_len;
  add({"wte", "token_embd"}, ".weight", {V, C}, Role::kEmbedding);
  part = Part::kPositions;
  add({"wpe", "position_embd"}, ".weight", {T, C}, Role::kPosition);
  part = Part::kBlocks;
  for (layer = 0; layer < config.num_layers; ++layer) {
    norm({"ln_1", "attn_norm"});
    linear({"attn.c_attn", "attn_qkv"}, 3 * C, C, /*stacked=*/3);
    linear({"attn.c_proj", "attn_output"}, C, C);
    norm({"ln_2", "ffn_norm"});
    linear({"mlp.c_fc", "ffn_up"}, F, C);
    linear({"mlp.c_proj", "ffn_down"}, C, F);
  }
  part = Part::kFinalNorm;
  layer = -1;
  norm({"ln_f", "output_norm"});
  return list;
}

std::vector<Parameter> list_stored_parameters(ModelConfig config) {
  config.bias = true;
  return list_parameters(config);
}

std::string block_name(int64_t layer) {
  return fmt::format("h.{}", layer);
}

void ModelSize::add(const Parameter& parameter) {
  parameters += parameter.count();
  f32_bytes += parameter.f32_bytes();
  int8_bytes += parameter.int8_bytes();
}

ModelSize model_size(const ModelConfig& config) {
  ModelSize size;
  for (const Parameter& p : list_parameters(config)) size.add(p);
  return size;
}

int64_t count_parameters(const ModelConfig& config) {
  return model_size(config).parameters;
}

void ModelConfig::validate() const {
  constexpr int64_t kMostParameters = int64_t{1} << 33;
  check_fields(*this, "model.");
  const int64_t parameters = count_parameters(*this);
  require<UsageError>(
      parameters <= kMostParameters,
      "model",
      "has {} parameters, more than {}; make it narrower or shallower",
      parameters,
      kMostParameters);
  require<UsageError>(
      model_dim % num_heads == 0,
      "model",
      "num_heads must divide model_dim, but {} does not divide {}",
      num_heads,
      model_dim);
}

int64_t forward_flops_per_token(const ModelConfig& config, int64_t seq_len) {
  int64_t weights = 0;
  for (const Parameter& p : list_parameters(config)) {
    if (p.role == Role::kMatrix || p.role == Role::kEmbedding) {
      weights += p.count();
    }
  }
  const int64_t attention =
      config.num_layers * (seq_len + 1) * config.model_dim;
  return 2 * (weights + attention);
}

} // namespace nanobrain
