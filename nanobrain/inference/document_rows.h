// A file of losses, a row a document: what intervals are resampled from.
#pragma once

#include <cstdint>
#include <filesystem>

#include "nanobrain/base/file.h"
#include "nanobrain/inference/loss_sum.h"

namespace nanobrain {

/// Writes document (from 0), tokens, bytes, words and nats, the last with all
/// digits that it takes to read it back exactly: JSON lines where the name ends
/// in .jsonl, else tab-separated values under a line of their names. The file
/// appears at commit().
class DocumentRows {
 public:
  explicit DocumentRows(const std::filesystem::path& path);
  void add(int64_t index, const LossSum& loss);
  void commit() { file_.commit(); }

 private:
  AtomicFile file_;
  bool json_;
};

} // namespace nanobrain
