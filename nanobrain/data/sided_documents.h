// The documents of all inputs, each on the side of training or validation.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "nanobrain/data/prepare.h"

namespace nanobrain {

/// Documents that were named for validation come first, then the others, which
/// are split by their hash unless some were named.
class SidedDocuments {
 public:
  SidedDocuments(
      const std::vector<std::filesystem::path>& inputs,
      const PrepareOptions& options);

  /// False at the end; else `text` is the next document.
  bool next(std::string& text, bool& is_val);

  /// Of the documents handed out and their order.
  uint64_t fingerprint() const { return fingerprint_; }
  DocumentCounts counts() const;
  /// Compressed bytes read so far and in all, for a progress bar.
  int64_t position() const;
  int64_t size() const;

 private:
  double val_fraction_;
  uint64_t split_seed_;
  std::unique_ptr<DocumentReader> main_;
  std::unique_ptr<DocumentReader> val_; // null: the split decides
  uint64_t fingerprint_ = 0;
};

} // namespace nanobrain
