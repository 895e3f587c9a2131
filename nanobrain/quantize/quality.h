// What quantization costs: predictions of the int8 model beside those of the
// f32 model over a whole text.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "nanobrain/inference/eval_input.h"
#include "nanobrain/inference/windows.h"
#include "nanobrain/model/nano_lm.h"
#include "nanobrain/quantize/int8_weights.h"
#include "nanobrain/quantize/quantize_report.h"
#include "nanobrain/tokenizer/tokenizer.h"

namespace nanobrain {

struct QualityRequest {
  EvalText text;
  std::optional<int64_t> context; // absent: the model's max_seq_len
  bool torch_dynamic = false;     // LibTorch's own int8 as well
  int64_t threads = 0;            // 0: all
};

/// Error where the text has no token to score.
void require_tokens(const EvalText& text, const Tokenizer& tokenizer);

/// Scores the text in disjoint windows with `model`, the int8 model of `folder`
/// on the engine, and LibTorch's dynamic int8 where asked for, in this order.
/// All logits of a window are compared, one window at a time. Stops at SIGINT
/// and SIGTERM (Interrupted).
std::vector<MethodQuality> measure_quality(
    NanoLM& model,
    const std::filesystem::path& folder,
    const Tokenizer& tokenizer,
    const QualityRequest& request);

/// Relative error of each block's output in the engine's arithmetic, over the
/// first tokens of the text's first window: at most 256.
std::vector<double> measure_block_errors(
    NanoLM& model,
    const Int8Weights& weights,
    const Tokenizer& tokenizer,
    const QualityRequest& request);

} // namespace nanobrain
