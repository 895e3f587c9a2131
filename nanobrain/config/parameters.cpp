#include "nanobrain/config/parameters.h"

#include <fmt/format.h>

#include <array>
#include <functional>
#include <numeric>
#include <utility>

namespace nanobrain {

const char* name_of(Part part) {
  constexpr std::array kNames = {
      "embedder", "positions", "blocks", "final_norm"};
  return kNames[static_cast<size_t>(part)];
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
  const auto add =
      [&](std::string name, std::vector<int64_t> shape, Role role) {
        list.push_back({std::move(name), std::move(shape), part, role, layer});
      };
  const auto norm = [&](const std::string& name) {
    add(name + ".weight", {C}, Role::kNorm);
    add(name + ".bias", {C}, Role::kNorm);
  };
  const auto linear = [&](const std::string& name, int64_t out, int64_t in) {
    add(name + ".weight", {out, in}, Role::kMatrix);
    if (config.bias) add(name + ".bias", {out}, Role::kBias);
  };

  add("wte.weight", {config.vocab_size, C}, Role::kEmbedding);
  part = Part::kPositions;
  add("wpe.weight", {config.max_seq_len, C}, Role::kPosition);
  part = Part::kBlocks;
  for (layer = 0; layer < config.num_layers; ++layer) {
    const std::string block = fmt::format("h.{}.", layer);
    norm(block + "ln_1");
    linear(block + "attn.c_attn", 3 * C, C);
    linear(block + "attn.c_proj", C, C);
    norm(block + "ln_2");
    linear(block + "mlp.c_fc", F, C);
    linear(block + "mlp.c_proj", C, F);
  }
  part = Part::kFinalNorm;
  layer = -1;
  norm("ln_f");
  return list;
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
