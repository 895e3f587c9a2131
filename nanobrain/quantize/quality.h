// What quantization costs: int8 predictions beside f32 ones over a whole text.
#pragma once

#include <vector>

#include "nanobrain/model/nano_lm.h"
#include "nanobrain/quantize/int8_weights.h"
#include "nanobrain/quantize/quantize.h"
#include "nanobrain/tokenizer/tokenizer.h"

namespace nanobrain {

/// Error if the text has no token to score.
void require_tokens(const EvalText& text, const Tokenizer& tokenizer);

/// UsageError where the logits of a window, which each method of
/// measure_quality() holds, take more than 1 GiB.
void require_window_fits(int64_t context, int64_t vocab_size);

/// Scores the request's text in disjoint windows with `model`, the int8 model
/// in its output on the engine, and LibTorch's dynamic int8 where asked for, in
/// this order. All logits of a window are compared, one window at a time. Stops
/// at SIGINT and SIGTERM (Interrupted).
std::vector<MethodQuality> measure_quality(
    NanoLM& model, const Tokenizer& tokenizer, const QuantizeRequest& request);

/// Relative error of each block's output ("h.0") in the engine's arithmetic,
/// over the first tokens of the text's first window: at most 256.
std::vector<NamedError> measure_block_errors(
    NanoLM& model,
    const Int8Weights& weights,
    const Tokenizer& tokenizer,
    const QuantizeRequest& request);

} // namespace nanobrain
