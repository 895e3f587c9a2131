#include "nanobrain/tokenizer/segment_tokenizer.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>

#include "nanobrain/base/checksum.h"
#include "nanobrain/base/error.h"
#include "nanobrain/base/utf8.h"

namespace nanobrain {

namespace {

/// The ids of the segments seen last: text repeats its words, and a look-up is
/// some ten times faster than merging. A direct-mapped table of whole segments,
/// so that a hit is always right; not shared between threads.
class SegmentCache {
 public:
  /// Forgets everything unless the table was filled for the same `owner`.
  void set_owner(uint64_t owner) {
    if (owner_ == owner) return;
    owner_ = 0;
    memory_.reset();
    // The kernel hands out zeros: until a page is needed it costs nothing, and
    // a short text needs few.
    size_t size = (kEntries + 1) * sizeof(Entry);
    memory_.reset(std::calloc(size, 1));
    if (memory_ == nullptr) throw std::bad_alloc();
    void* start = memory_.get();
    entries_ = static_cast<Entry*>(
        std::align(alignof(Entry), kEntries * sizeof(Entry), start, size));
    owner_ = owner;
  }

  /// The place of a segment, whose memory is fetched from now on: look for a
  /// few segments before the first is appended.
  size_t find_place(std::string_view segment) const {
    if (segment.size() > Entry::kMaxBytes) return 0;
    const size_t place = hash64(segment) % kEntries;
    __builtin_prefetch(&entries_[place]);
    return place;
  }

  /// Appends the ids of `segment`, whose place is `place`; `encode(segment,
  /// ids)` finds new ones.
  template <class Encode>
  void append(
      std::string_view segment,
      size_t place,
      std::vector<TokenId>& ids,
      const Encode& encode) {
    if (segment.size() > Entry::kMaxBytes) {
      encode(segment, ids);
      return;
    }
    Entry& entry = entries_[place];
    if (entry.size == segment.size() &&
        std::memcmp(entry.bytes.data(), segment.data(), segment.size()) == 0) {
      ids.insert(ids.end(), entry.ids.data(), entry.ids.data() + entry.count);
      return;
    }
    const size_t before = ids.size();
    encode(segment, ids);
    const size_t count = ids.size() - before;
    if (count > Entry::kMaxIds) return;
    entry.size = static_cast<uint8_t>(segment.size());
    entry.count = static_cast<uint8_t>(count);
    std::copy(segment.begin(), segment.end(), entry.bytes.begin());
    std::copy(ids.end() - count, ids.end(), entry.ids.begin());
  }

 private:
  struct alignas(64) Entry { // one cache line; zeros are an empty one
    static constexpr size_t kMaxBytes = 30;
    static constexpr size_t kMaxIds = 8;
    uint8_t size;
    uint8_t count;
    std::array<char, kMaxBytes> bytes;
    std::array<TokenId, kMaxIds> ids;
  };
  static constexpr size_t kEntries = 1 << 16; // 4 MB

  struct Free {
    void operator()(void* memory) const { std::free(memory); }
  };

  uint64_t owner_ = 0; // 0: none
  std::unique_ptr<void, Free> memory_;
  Entry* entries_ = nullptr; // in memory_
};

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
