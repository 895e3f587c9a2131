#include "nanobrain/config/parameters.h"

#include <fmt/format.h>

#include <functional>
#include <numeric>

namespace nanobrain {

namespace {

/// Collects the parameters of one place in the model.
class Lister {
 public:
  explicit Lister(const ModelConfig& config) : config_(config) {}

  void embedding(const char* name, int64_t rows, Part part, Role role) {
    part_ = part;
    add(fmt::format("{}.weight", name), {rows, config_.model_dim}, role);
  }
  void block(int64_t layer) {
    const int64_t C = config_.model_dim, F = config_.ffn_dim;
    part_ = Part::kBlocks;
    layer_ = layer;
    prefix_ = fmt::format("h.{}.", layer);
    norm("ln_1");
    linear("attn.c_attn", 3 * C, C);
    linear("attn.c_proj", C, C);
    norm("ln_2");
    linear("mlp.c_fc", F, C);
    linear("mlp.c_proj", C, F);
  }
  void final_norm() {
    part_ = Part::kFinalNorm;
    layer_ = -1;
    prefix_.clear();
    norm("ln_f");
  }

  std::vector<Parameter> take() { return std::move(parameters_); }

 private:
  void norm(const char* name) {
    for (const char* member : {"weight", "bias"}) {
      add(fmt::format("{}.{}", name, member), {config_.model_dim}, Role::kNorm);
    }
  }
  void linear(const char* name, int64_t out, int64_t in) {
    add(fmt::format("{}.weight", name), {out, in}, Role::kMatrix);
    if (config_.bias) add(fmt::format("{}.bias", name), {out}, Role::kBias);
  }
  void add(const std::string& name, std::vector<int64_t> shape, Role role) {
    parameters_.push_back(
        {prefix_ + name, std::move(shape), part_, role, layer_});
  }

  const ModelConfig& config_;
  Part part_ = Part::kEmbedder;
  int64_t layer_ = -1;
  std::string prefix_;
  std::vector<Parameter> parameters_;
};

} // namespace

const char* name_of(Part part) {
  switch (part) {
    case Part::kEmbedder:
      return "embedder";
    case Part::kPositions:
      return "positions";
    case Part::kBlocks:
      return "blocks";
    default:
      return "final_norm";
  }
}

int64_t Parameter::count() const {
  return std::accumulate(
      shape.begin(), shape.end(), int64_t{1}, std::multiplies<>());
}

Int8Storage Parameter::int8_storage() const {
  switch (role) {
    case Role::kMatrix:
    case Role::kEmbedding:
      return Int8Storage::kRows;
    case Role::kPosition:
      return Int8Storage::kHalf;
    case Role::kNorm:
      return Int8Storage::kFloat;
    default:
      return Int8Storage::kIfUsed;
  }
}

int64_t Parameter::f32_bytes() const {
  return 4 * count();
}

int64_t Parameter::int8_bytes() const {
  switch (int8_storage()) {
    case Int8Storage::kRows:
      return count() + 4 * shape.front();
    case Int8Storage::kHalf:
      return 2 * count();
    default:
      return 4 * count();
  }
}

std::vector<Parameter> list_parameters(const ModelConfig& config) {
  Lister list(config);
  list.embedding("wte", config.vocab_size, Part::kEmbedder, Role::kEmbedding);
  list.embedding("wpe", config.max_seq_len, Part::kPositions, Role::kPosition);
  for (int64_t layer = 0; layer < config.num_layers; ++layer) list.block(layer);
  list.final_norm();
  return list.take();
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
