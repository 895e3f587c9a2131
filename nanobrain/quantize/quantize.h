// `nanobrain quantize`: from an f32 model folder to int8, and what that costs.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "nanobrain/base/table.h"
#include "nanobrain/inference/eval_input.h"
#include "nanobrain/inference/loss_units.h"

namespace nanobrain {

struct QuantizeRequest {
  std::filesystem::path model; // model or run folder, f32
  std::filesystem::path output;
  /// what to compare f32 and int8 on; no inputs: nothing is compared
  EvalText text = {};
  /// absent: what the model was trained at
  std::optional<int64_t> context = std::nullopt;
  /// "static-weights", or "dynamic" to compare LibTorch's own dynamic int8 too
  std::string method = "static-weights";
  int64_t threads = 0; // 0: all
};

/// A part of the file: the int8 bytes are those of matrices, scales, positions
/// and vectors together.
struct PartBytes {
  std::string name;
  int64_t parameters = 0;
  int64_t f32_bytes = 0;
  int64_t int8_bytes = 0;
};

/// ||int8 - f32|| / ||f32|| in the 2-norm.
struct NamedError {
  std::string name;
  double error = 0;
};

/// The predictions of one method over the scored tokens of a text.
struct MethodQuality {
  std::string method;
  std::string unavailable = {}; // why there are no figures; else empty
  LossSum loss = {};
  double kl_nats = 0;   // KL(f32 || method), mean of a token
  double same_top1 = 1; // share of tokens with the same most likely one
};

struct QuantizeReport {
  std::filesystem::path output;
  int64_t bytes = 0;     // model.int8.safetensors
  int64_t f32_bytes = 0; // model.safetensors
  std::vector<PartBytes> parts;
  std::vector<NamedError> matrices; // of the weights
  std::vector<NamedError> blocks;   // of their outputs on a text
  /// f32, int8, and LibTorch's where asked for; empty without a text
  std::vector<MethodQuality> methods;

  /// A method's bits per byte less those of f32.
  double bits_per_byte_delta(const MethodQuality& method) const;

  /// Keys: output, bytes, f32_bytes, bits_per_byte_delta (of int8, null without
  /// a text), parts, weight_errors, block_errors, and methods: of each method,
  /// available, unavailable, the keys of LossSum, bits_per_byte_delta, kl_nats,
  /// same_top1.
  Json to_json() const;
  /// Of the parts, of the errors and of the methods, as far as there are.
  std::vector<Table> tables() const;
};

/// Writes the folder atomically, with the tokenizer's files, and then compares.
/// The f32 model is left as it is. Error if the output exists or is in the
/// model's folder, the model is an int8 one or its weights are not finite, and
/// where the text has no tokens: then nothing is written. UsageError for an
/// unknown method, and one that needs a text without. A comparison that fails
/// or is interrupted leaves the folder whole and says so.
QuantizeReport quantize_model(const QuantizeRequest& request);

} // namespace nanobrain
