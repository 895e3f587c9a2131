#include "nanobrain/runtime/model.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "nanobrain/runtime/float_table.h"
#include "nanobrain/runtime/model_file.h"

namespace nanobrain {

namespace {

AlignedBuffer<float> padded(const std::vector<float>& values) {
  AlignedBuffer<float> buffer(static_cast<size_t>(
      padded_to_lanes(static_cast<int64_t>(values.size()))));
  std::copy(values.begin(), values.end(), buffer.data());
  return buffer;
}

PackedMatrix pack(const ModelFile::Matrix& matrix) {
  return {matrix.weight, matrix.scale, matrix.out, matrix.in};
}

RuntimeModel::Norm read_norm(
    ModelFile& file, const std::string& name, int64_t n) {
  return {
      .weight = padded(file.vector(name + ".weight", n)),
      .bias = padded(file.vector(name + ".bias", n))};
}

RuntimeModel::Linear read_linear(
    ModelFile& file, const std::string& name, int64_t out, int64_t in) {
  return {
      .weight = pack(file.matrix(name + ".weight", out, in)),
      .bias = padded(file.optional_vector(name + ".bias", out))};
}

RuntimeModel::Layer read_layer(ModelFile& file, int64_t layer) {
  const int64_t C = file.config().model_dim, F = file.config().ffn_dim;
  const std::string name = fmt::format("transformer.h.{}.", layer);
  return {
      .ln_1 = read_norm(file, name + "ln_1", C),
      .ln_2 = read_norm(file, name + "ln_2", C),
      .c_attn = read_linear(file, name + "attn.c_attn", 3 * C, C),
      .attn_proj = read_linear(file, name + "attn.c_proj", C, C),
      .c_fc = read_linear(file, name + "mlp.c_fc", F, C),
      .mlp_proj = read_linear(file, name + "mlp.c_proj", C, F)};
}

} // namespace

RuntimeModel::RuntimeModel(ModelFile& file)
    : config_(file.config()),
      end_of_text_(file.end_of_text()),
      file_bytes_(file.file_bytes()) {
  const int64_t C = config_.model_dim;
  for (int64_t layer = 0; layer < config_.num_layers; ++layer) {
    layers_.push_back(read_layer(file, layer));
  }
  final_norm_ = read_norm(file, "transformer.ln_f", C);
  positions_ =
      file.half_matrix("transformer.wpe.weight", config_.max_seq_len, C);
  head_ = pack(file.matrix("transformer.wte.weight", config_.vocab_size, C));
  file.require_all_read();
}

std::shared_ptr<const RuntimeModel> RuntimeModel::load(
    const std::filesystem::path& folder) {
  ModelFile file(folder);
  return std::shared_ptr<const RuntimeModel>(new RuntimeModel(file));
}

void RuntimeModel::embed(int64_t id, float* x) const {
  constexpr int64_t kBlock = PackedMatrix::kBlock, kGroup = 4;
  const int64_t lane = id % kBlock;
  const int8_t* block = head_.block(id / kBlock) + lane * kGroup;
  const float scale = head_.scale()[id];
  for (int64_t i = 0; i < config_.model_dim; i += kGroup) {
    const int64_t n = std::min(kGroup, config_.model_dim - i);
    for (int64_t k = 0; k < n; ++k) {
      x[i + k] = static_cast<float>(block[i * kBlock + k]) * scale;
    }
  }
}

} // namespace nanobrain
