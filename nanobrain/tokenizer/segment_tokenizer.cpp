#include "nanobrain/tokenizer/segment_tokenizer.h"

#include <array>
#include <atomic>

#include "nanobrain/base/error.h"
#include "nanobrain/base/utf8.h"
#include "nanobrain/tokenizer/segment_cache.h"

namespace nanobrain {

namespace {

constexpr size_t kPartIds = 65'536;

void check_text(const Tokenizer& tokenizer, std::string_view text) {
  const size_t fault = tokenizer.requires_utf8() ? find_invalid_utf8(text)
                                                 : std::string_view::npos;
  require(
      fault == std::string_view::npos,
      "tokenizer",
      "the text is not valid UTF-8 at byte {}; convert it first",
      fault);
  require(
      text.size() < (1ULL << 31),
      "tokenizer",
      "a document of {} bytes is too long; cut it below 2 GiB",
      text.size());
}

} // namespace

SegmentTokenizer::SegmentTokenizer() {
  static std::atomic<uint64_t> instances = 0;
  instance_ = ++instances;
}

size_t SegmentTokenizer::encode_some(
    std::string_view text,
    size_t begin,
    size_t most,
    std::vector<TokenId>& ids) const {
  thread_local SegmentCache cache;
  cache.set_owner(instance_);
  const auto encode_new =
      [this](std::string_view segment, std::vector<TokenId>& out) {
        encode_segment(segment, out);
      };
  struct Found {
    std::string_view segment;
    size_t place;
  };
  std::array<Found, 16> block; // found together, so that memory has time
  while (begin < text.size() && ids.size() < most) {
    size_t count = 0;
    for (; count < block.size() && begin < text.size(); ++count) {
      const size_t end = segment_end(text, begin);
      const auto segment = text.substr(begin, end - begin);
      block[count] = {segment, cache.find_place(segment)};
      begin = end;
    }
    for (const auto& [segment, place] : std::span(block).first(count)) {
      cache.append(segment, place, ids, encode_new);
    }
  }
  return begin;
}

std::vector<TokenId> SegmentTokenizer::encode(std::string_view text) const {
  check_text(*this, text);
  std::vector<TokenId> ids;
  ids.reserve(text.size() / 4 + 8);
  encode_some(text, 0, ids.max_size(), ids);
  return ids;
}

void SegmentTokenizer::encode_parts(
    std::string_view text,
    const std::function<void(std::span<const TokenId>)>& sink) const {
  check_text(*this, text);
  std::vector<TokenId> ids;
  for (size_t begin = 0; begin < text.size();) {
    begin = encode_some(text, begin, kPartIds, ids);
    sink(ids);
    ids.clear();
  }
}

} // namespace nanobrain
