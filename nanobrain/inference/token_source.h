// Streams of ids to evaluate on, in bounded memory whatever the input's size.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "nanobrain/data/token_file.h"
#include "nanobrain/documents/document_reader.h"
#include "nanobrain/tokenizer/tokenizer.h"

namespace nanobrain {

/// Ids one after another; an end-of-text id ends each document, where the
/// tokenizer has one.
class TokenSource {
 public:
  virtual ~TokenSource() = default;
  /// Copies the next ids into `out` and returns how many; 0 at the end only.
  virtual size_t read(std::span<TokenId> out) = 0;
  /// How far the reading is, in the unit of size(), for a progress bar.
  virtual int64_t position() const = 0;
  virtual int64_t size() const = 0;
};

/// Ids that are there: in memory, or in a token file. They must outlive the
/// source.
template <class Ids>
class IdSource : public TokenSource {
 public:
  explicit IdSource(Ids ids) : ids_(ids) {}
  size_t read(std::span<TokenId> out) override {
    const auto count = static_cast<size_t>(
        std::min(static_cast<int64_t>(out.size()), size() - next_));
    for (TokenId& id : out.first(count)) id = ids_[next_++];
    return count;
  }
  int64_t position() const override { return next_; }
  int64_t size() const override { return static_cast<int64_t>(ids_.size()); }

 private:
  Ids ids_;
  int64_t next_ = 0;
};
using SpanSource = IdSource<std::span<const TokenId>>;
using TokenFileSource = IdSource<const TokenFile&>;

/// Documents encoded as they are read, a few megabytes of text at a time on
/// `threads` threads (0: all), each followed by end-of-text where there is one.
class DocumentSource : public TokenSource {
 public:
  /// Reader and tokenizer must outlive the source.
  DocumentSource(
      DocumentReader& reader, const Tokenizer& tokenizer, int64_t threads)
      : reader_(reader), tokenizer_(tokenizer), threads_(threads) {}
  size_t read(std::span<TokenId> out) override;
  /// What was read ahead counts as its tokens are given out.
  int64_t position() const override;
  int64_t size() const override { return reader_.input_size(); }

 private:
  bool refill();

  DocumentReader& reader_;
  const Tokenizer& tokenizer_;
  int64_t threads_;
  std::vector<std::vector<TokenId>> encoded_; // the batch in hand
  size_t document_ = 0;                       // in the batch
  size_t token_ = 0;                          // in the document
  int64_t begin_ = 0, end_ = 0;  // positions in the input around the batch
  size_t given_ = 0, total_ = 0; // tokens of the batch
};

} // namespace nanobrain
