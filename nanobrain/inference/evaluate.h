// Exact loss of a model over a whole text.
//
// Rules: end-of-text precedes the first document; every token, each
// end-of-text included, is scored exactly once; end-of-text has no bytes; the
// loss is a sum in double. Results do not depend on the number of windows
// scored at once beyond rounding, and are the same bits on every run with the
// same number of threads.
#pragma once

#include <cstdint>
#include <optional>

#include "nanobrain/base/progress.h"
#include "nanobrain/data/token_file.h"
#include "nanobrain/inference/loss_sum.h"
#include "nanobrain/inference/score_stream.h"
#include "nanobrain/tokenizer/tokenizer.h"

namespace nanobrain {

struct EvalOptions {
  /// tokens that the model sees at once; absent: its max_seq_len
  std::optional<int64_t> context = std::nullopt;
  /// tokens from one window to the next; absent: context (disjoint windows)
  std::optional<int64_t> stride = std::nullopt;
  /// inputs scored at once, at least one window: 16 of 1,024
  int64_t batch_tokens = 16'384;
  /// matrix products in bf16; `eval` and the val_loss of `train` use f32
  bool bf16 = false;
};

/// The loss over a token file: the val_loss of `train`, the same figure that
/// `nanobrain eval` gives on the same documents. Error where the file is empty
/// or made with another tokenizer, or a loss is not finite; UsageError where
/// context or stride do not fit a model of `max_seq_len`.
LossSum evaluate(
    TokenScorer& scorer,
    int64_t max_seq_len,
    const TokenFile& file,
    const Tokenizer& tokenizer,
    const EvalOptions& options = {},
    Progress* progress = nullptr);

} // namespace nanobrain
