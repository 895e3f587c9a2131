// Byte pair encoding as GPT-2 applies it: two neighbours are merged where the
// pair is in the list of merges, the pair that is listed first goes first.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "nanobrain/tokenizer/bpe_merge.h"
#include "nanobrain/tokenizer/gpt2_vocabulary.h"

namespace nanobrain {

class Gpt2Encoder {
 public:
  explicit Gpt2Encoder(const Gpt2Vocabulary& vocabulary);

  /// Appends the ids of a word, of any bytes. n log n in its length.
  void encode(std::string_view word, std::vector<TokenId>& ids) const;

 private:
  /// A place of the hash table of pairs, a power of 2 in size and half full.
  struct Slot {
    uint64_t pair = kEmpty;
    BpeMerge merge;
  };
  static constexpr uint64_t kEmpty = ~0ULL;

  /// Where a pair is, or else belongs.
  size_t slot_of(uint64_t pair) const;

  std::array<TokenId, 256> byte_ids_;
  std::vector<Slot> slots_;
};

} // namespace nanobrain
