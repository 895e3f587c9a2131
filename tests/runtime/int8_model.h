// Int8 model folders with random weights, and folders with a fault.
#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "nanobrain/base/json.h"
#include "nanobrain/base/random.h"
#include "nanobrain/base/safetensors.h"
#include "nanobrain/runtime/model.h"
#include "nanobrain/tokenizer/tokenizer.h"
#include "tests/support/support.h"

namespace nanobrain::testing {

struct Int8Dimensions {
  int64_t num_layers = 2;
  int64_t num_heads = 4;
  int64_t model_dim = 24; // heads of 6: not a multiple of a vector
  int64_t ffn_dim = 40;
  int64_t vocab_size = 101;
  int64_t max_seq_len = 50; // three chunks of rows and a part of one
  bool bias = true;
  std::string activation = "gelu";
};

/// The contents of a folder, to be changed before it is written.
class Int8Model {
 public:
  struct Stored {
    DType dtype = DType::kF32;
    std::vector<int64_t> shape;
    std::string bytes;

    template <class T>
    void set(size_t i, T value) {
      std::memcpy(bytes.data() + i * sizeof value, &value, sizeof value);
    }
  };

  explicit Int8Model(const Int8Dimensions& d = {}, uint64_t seed = 1)
      : random_(seed) {
    config = {
        {"model_type", "gpt2"},
        {"n_layer", d.num_layers},
        {"n_head", d.num_heads},
        {"n_embd", d.model_dim},
        {"n_inner", d.ffn_dim},
        {"vocab_size", d.vocab_size},
        {"n_positions", d.max_seq_len},
        {"activation_function", d.activation},
        {"layer_norm_epsilon", 1e-5},
        {"eos_token_id", nullptr}};
    const int64_t C = d.model_dim;
    add_matrix("wte.weight", d.vocab_size, C);
    add_half("wpe.weight", d.max_seq_len, C);
    for (int64_t layer = 0; layer < d.num_layers; ++layer) {
      const std::string h = "h." + std::to_string(layer) + ".";
      add_norm(h + "ln_1", C);
      add_linear(h + "attn.c_attn", 3 * C, C, d.bias);
      add_linear(h + "attn.c_proj", C, C, d.bias);
      add_norm(h + "ln_2", C);
      add_linear(h + "mlp.c_fc", d.ffn_dim, C, d.bias);
      add_linear(h + "mlp.c_proj", C, d.ffn_dim, d.bias);
    }
    add_norm("ln_f", C);
  }

  Json config;
  std::map<std::string, std::string> metadata = {
      {"format", "nanobrain-int8"}, {"version", "1"}};
  std::map<std::string, Stored> tensors;

  Stored& at(const std::string& name) { return tensors.at(name); }

  void write(const std::filesystem::path& folder) const {
    write_json(folder / "config.json", config);
    std::vector<std::pair<std::string, TensorView>> views;
    for (const auto& [name, t] : tensors) {
      const auto* data = reinterpret_cast<const std::byte*>(t.bytes.data());
      views.push_back(
          {name, TensorView{t.dtype, t.shape, {data, t.bytes.size()}}});
    }
    write_safetensors(folder / "model.int8.safetensors", views, metadata);
  }
  std::shared_ptr<const RuntimeModel> load() const {
    const TempDir dir;
    write(dir.path());
    return RuntimeModel::load(dir.path());
  }

 private:
  float uniform() { return static_cast<float>(2 * random_.uniform() - 1); }

  Stored& add(
      const std::string& name, DType dtype, const std::vector<int64_t>& shape) {
    int64_t bytes = size_of(dtype);
    for (const int64_t size : shape) bytes *= size;
    Stored& stored = tensors["transformer." + name];
    stored = {dtype, shape, std::string(static_cast<size_t>(bytes), '\0')};
    return stored;
  }
  void add_floats(
      const std::string& name, int64_t n, float centre, float spread) {
    Stored& stored = add(name, DType::kF32, {n});
    for (size_t i = 0; i < static_cast<size_t>(n); ++i) {
      stored.set(i, centre + spread * uniform());
    }
  }
  void add_norm(const std::string& name, int64_t n) {
    add_floats(name + ".weight", n, 1.0F, 0.3F);
    add_floats(name + ".bias", n, 0.0F, 0.2F);
  }
  void add_matrix(const std::string& name, int64_t out, int64_t in) {
    Stored& stored = add(name, DType::kI8, {out, in});
    for (char& byte : stored.bytes) {
      byte = static_cast<char>(static_cast<int>(random_.below(255)) - 127);
    }
    // Uniform in +-2 / sqrt(in): sums near 1.
    const float scale = 2.0F / 127 / std::sqrt(static_cast<float>(in));
    add_floats(name + ".scale", out, scale, scale / 4);
  }
  void add_linear(const std::string& name, int64_t out, int64_t in, bool bias) {
    add_matrix(name + ".weight", out, in);
    if (bias) add_floats(name + ".bias", out, 0.0F, 0.3F);
  }
  void add_half(const std::string& name, int64_t rows, int64_t columns) {
    Stored& stored = add(name, DType::kF16, {rows, columns});
    for (size_t i = 0; i < static_cast<size_t>(rows * columns); ++i) {
      // Any sign and fraction, magnitudes from 2^-8 to 1/2.
      const auto sign = static_cast<uint16_t>(random_.below(2) << 15);
      const auto exponent = static_cast<uint16_t>((7 + random_.below(7)) << 10);
      stored.set(
          i, static_cast<uint16_t>(sign | exponent | random_.below(1024)));
    }
  }

  Random random_;
};

/// A random model for all ids of a tokenizer. End of text is never the most
/// likely token.
inline Int8Model int8_model_for(
    const Tokenizer& tokenizer, Int8Dimensions dimensions = {}) {
  dimensions.vocab_size = tokenizer.vocab_size();
  Int8Model model(dimensions);
  if (const TokenId end = tokenizer.end_of_text(); end >= 0) {
    model.config["eos_token_id"] = end;
    model.at("transformer.wte.weight.scale")
        .set(static_cast<size_t>(end), 1e-6F);
  }
  return model;
}

/// A folder of that model with the tokenizer's files.
inline void write_int8_folder(
    const std::filesystem::path& folder,
    const Tokenizer& tokenizer,
    const Int8Dimensions& dimensions = {}) {
  std::filesystem::create_directories(folder);
  tokenizer.save(folder);
  int8_model_for(tokenizer, dimensions).write(folder);
}

/// So many ids, of which none is out of range.
inline std::vector<TokenId> random_ids(
    int64_t count, int64_t vocab_size, uint64_t seed = 7) {
  Random random(seed);
  std::vector<TokenId> ids;
  for (int64_t i = 0; i < count; ++i) {
    ids.push_back(
        static_cast<TokenId>(random.below(static_cast<uint64_t>(vocab_size))));
  }
  return ids;
}

} // namespace nanobrain::testing
