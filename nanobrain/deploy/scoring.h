// The job behind `nanobrain-run score`: from a folder and a text to a report.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "nanobrain/documents/document_reader.h"
#include "nanobrain/inference/eval_report.h"

namespace nanobrain {

struct ScoreRequest {
  std::filesystem::path model;
  std::vector<std::filesystem::path> inputs; // text and jsonl
  DocumentOptions documents;
  /// tokens seen at once and from window to window: see plan_windows()
  std::optional<int64_t> context, stride;
  /// where to write a row a document: see DocumentRows
  std::optional<std::filesystem::path> per_document;
  int64_t threads = 0; // 0: all
};

/// The figures of `nanobrain eval` on the same folder and text, without
/// baselines. Stops at SIGINT and SIGTERM (Interrupted). Error where there is
/// nothing to score.
EvalReport score_text(const ScoreRequest& request);

} // namespace nanobrain
