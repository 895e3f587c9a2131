// The job behind `nanobrain compare`: models with different tokenizers on the
// same text.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "nanobrain/inference/comparison_report.h"
#include "nanobrain/inference/evaluate.h"
#include "nanobrain/inference/open_model.h"

namespace nanobrain {

struct CompareRequest {
  std::vector<std::filesystem::path> models; // model and run folders
  EvalText text;                             // documents, no token file
  /// context: absent, the longest that all models take
  EvalOptions options;
  /// figures to add (load_published)
  std::optional<std::string> reference;
  int64_t threads = 0; // 0: all
};

/// Scores the text with one model after another, only one of them in memory at
/// a time. Every folder and the text are looked at before the first is scored.
/// Stops at SIGINT and SIGTERM (Interrupted). Error where a folder is no model
/// or its tokenizer does not fit, where a weight is NaN, and where the text is
/// empty or shorter than one window; UsageError where a model comes twice or
/// takes less than the context.
ComparisonReport run_comparison(
    const CompareRequest& request, const Capabilities& capabilities);

} // namespace nanobrain
