#include "nanobrain/tokenizer/gpt2_encoder.h"

#include <bit>

#include "nanobrain/base/random.h"

namespace nanobrain {

namespace {

uint64_t pair_of(TokenId left, TokenId right) {
  return static_cast<uint64_t>(left) << 32 | static_cast<uint32_t>(right);
}

} // namespace

Gpt2Encoder::Gpt2Encoder(const Gpt2Vocabulary& vocabulary)
    : byte_ids_(vocabulary.byte_ids),
      slots_(std::bit_ceil(2 * vocabulary.merges.size() + 1)) {
  int32_t rank = 0;
  for (const auto& [left, right, result] : vocabulary.merges) {
    const uint64_t pair = pair_of(left, right);
    slots_[slot_of(pair)] = {pair, {result, rank++}};
  }
}

size_t Gpt2Encoder::slot_of(uint64_t pair) const {
  const size_t mask = slots_.size() - 1;
  size_t i = mix64(pair) & mask;
  while (slots_[i].pair != pair && slots_[i].pair != kEmpty) i = (i + 1) & mask;
  return i;
}

void Gpt2Encoder::encode(
    std::string_view word, std::vector<TokenId>& ids) const {
  thread_local BpeMerger merger;
  for (const char byte : word) {
    merger.add(1, byte_ids_[static_cast<uint8_t>(byte)]);
  }
  merger.merge(
      [this](const BpeSymbol& left, const BpeSymbol& right) {
        return slots_[slot_of(pair_of(left.id, right.id))].merge;
      },
      [&](const BpeSymbol& symbol) { ids.push_back(symbol.id); });
}

} // namespace nanobrain
