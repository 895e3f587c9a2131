// What the tokenizers have in common that merge within segments of a text:
// encoding part by part, with a cache of the segments seen last.
#pragma once

#include <cstdint>

#include "nanobrain/tokenizer/tokenizer.h"

namespace nanobrain {

/// Texts are shorter than 2 GiB, and valid UTF-8 where requires_utf8(); Error
/// otherwise.
class SegmentTokenizer : public Tokenizer {
 public:
  std::vector<TokenId> encode(std::string_view text) const final;
  void encode_parts(
      std::string_view text,
      const std::function<void(std::span<const TokenId>)>& sink) const final;

 protected:
  SegmentTokenizer();

  /// The end of the segment that begins at `begin`. Encoding segment by
  /// segment gives the ids of the whole text.
  virtual size_t segment_end(std::string_view text, size_t begin) const = 0;
  /// Appends the ids of a whole segment.
  virtual void encode_segment(
      std::string_view segment, std::vector<TokenId>& ids) const = 0;

 private:
  /// Appends the ids of whole segments from `begin` until `ids` holds `most`;
  /// returns where the next segment begins.
  size_t encode_some(
      std::string_view text,
      size_t begin,
      size_t most,
      std::vector<TokenId>& ids) const;

  uint64_t instance_; // tells the tokenizers of a process apart
};

} // namespace nanobrain
