// The job behind `nanobrain quantize`: from an f32 model folder to an int8 one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "nanobrain/inference/eval_input.h"
#include "nanobrain/quantize/quantize_report.h"

namespace nanobrain {

struct QuantizeRequest {
  std::filesystem::path model; // model or run folder, f32
  std::filesystem::path output;
  /// what to compare f32 and int8 on; no inputs: nothing is compared
  EvalText text = {};
  /// absent: the model's max_seq_len
  std::optional<int64_t> context = std::nullopt;
  /// "static-weights": what is written; "dynamic": LibTorch's own dynamic int8
  /// beside it in the comparison
  std::string method = "static-weights";
  int64_t threads = 0; // 0: all
};

/// Writes the folder atomically, with the tokenizer's files, and then compares.
/// The f32 model is left as it is. Error where the output exists or lies in the
/// model's folder, the model is an int8 one or its weights are not finite, and
/// where the text has no tokens: then nothing is written. UsageError for an
/// unknown method, and one that needs a text without. A comparison that fails
/// or is interrupted leaves the folder whole and says so.
QuantizeReport quantize_model(const QuantizeRequest& request);

} // namespace nanobrain
