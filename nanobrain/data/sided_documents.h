// The documents that `prepare` reads, each with the side it falls to.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "nanobrain/data/prepare.h"

namespace nanobrain {

/// The documents of all inputs, each on its side: those named for validation
/// come first, then the others, which are split by their hash.
class SidedDocuments {
 public:
  /// The options must outlive it.
  SidedDocuments(
      const std::vector<fs::path>& inputs, const PrepareOptions& options);

  /// False at the end; else `text` is the next document.
  bool next(std::string& text, Side& side);
  /// Of the last document: an index of the inputs, or of those for validation.
  size_t source() const {
    return reader_ < val_inputs() ? reader_ : reader_ - val_inputs();
  }

  /// Of the documents handed out and their order.
  uint64_t fingerprint() const { return fingerprint_; }
  DocumentCounts counts() const;
  /// Compressed bytes read so far and in all, for a progress bar.
  int64_t position() const;
  int64_t size() const;

 private:
  /// 0: the split decides.
  size_t val_inputs() const { return options_.val_inputs.size(); }

  const PrepareOptions& options_;
  std::vector<std::unique_ptr<DocumentReader>> readers_; // of each input
  size_t reader_ = 0;
  int64_t read_ = 0; // compressed bytes, of the readers that have ended
  uint64_t fingerprint_ = 0;
};

} // namespace nanobrain
