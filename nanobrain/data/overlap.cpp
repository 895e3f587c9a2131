#include "nanobrain/data/overlap.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>

#include "nanobrain/base/random.h"

namespace nanobrain {
namespace {

/// Unicode's blocks of punctuation and symbols beyond ASCII.
bool parts_words(uint32_t c) {
  return (c < 0xC0 && c != 0xAA && c != 0xB5 && c != 0xBA) || c == 0xD7 ||
         c == 0xF7 || (c >= 0x2000 && c < 0x2C00) ||
         (c >= 0x2E00 && c < 0x2E80) || (c >= 0x3000 && c < 0x3040) ||
         (c >= 0xFE10 && c < 0xFE70) || (c >= 0xFF00 && c < 0xFF10) ||
         c >= 0xFFF0;
}

/// What a byte is to words; after a lead byte the whole character decides.
enum : uint8_t { kParts, kWord, kUpper, kLead };
constexpr std::array<uint8_t, 256> kClass = [] {
  std::array<uint8_t, 256> table{};
  for (int c = '0'; c <= '9'; ++c) table[static_cast<size_t>(c)] = kWord;
  for (int c = 'a'; c <= 'z'; ++c) table[static_cast<size_t>(c)] = kWord;
  for (int c = 'A'; c <= 'Z'; ++c) table[static_cast<size_t>(c)] = kUpper;
  for (size_t c = 0x80; c < 0xC0; ++c) table[c] = kWord; // inside a character
  for (size_t c = 0xC0; c < 0x100; ++c) table[c] = kLead;
  return table;
}();

/// Moves i past the character there (two to four bytes) if it separates words.
bool skip_if_parting(std::string_view text, size_t& i) {
  const auto byte = [&](size_t k) {
    return i + k < text.size() ? static_cast<unsigned char>(text[i + k]) : 0u;
  };
  const uint32_t lead = byte(0);
  const size_t size = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  uint32_t c = lead & (0x7Fu >> size);
  for (size_t k = 1; k < size; ++k) c = (c << 6) | (byte(k) & 0x3Fu);
  if (!parts_words(c)) return false;
  i += size;
  return true;
}

/// Calls visit(hash of a word) for each word.
template <class Visit>
void for_each_word(std::string_view text, Visit&& visit) {
  constexpr uint64_t kBasis = 0xcbf29ce484222325ULL; // FNV-1a
  constexpr uint64_t kPrime = 0x100000001b3ULL;
  uint64_t hash = kBasis;
  bool inside = false;
  const auto finish = [&] {
    if (inside) visit(mix64(hash));
    hash = kBasis;
    inside = false;
  };
  for (size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    const uint8_t kind = kClass[c];
    if (kind == kLead && skip_if_parting(text, i)) {
      finish();
      continue;
    }
    if (kind == kParts) {
      finish();
    } else {
      const uint64_t lower = kind == kUpper ? c + ('a' - 'A') : c;
      hash = (hash ^ lower) * kPrime;
      inside = true;
    }
    ++i;
  }
  finish();
}

/// Calls visit(hash, never 0) for each run of kOverlapWords words: a polynomial
/// of the words' hashes, rolled on from word to word (Karp and Rabin 1987).
template <class Visit>
void for_each_ngram(std::string_view text, Visit&& visit) {
  constexpr uint64_t kBase = 0x9e3779b97f4a7c15ULL;
  constexpr uint64_t kBaseToLength = [] {
    uint64_t power = 1;
    for (int64_t i = 0; i < kOverlapWords; ++i) power *= kBase;
    return power;
  }();
  std::array<uint64_t, kOverlapWords> last{}; // a ring
  uint64_t rolling = 0;
  size_t words = 0;
  for_each_word(text, [&](uint64_t word) {
    uint64_t& oldest = last[words % last.size()];
    rolling = rolling * kBase + word - oldest * kBaseToLength;
    oldest = word;
    if (++words >= last.size()) visit(std::max<uint64_t>(1, mix64(rolling)));
  });
}

double share(int64_t part, int64_t whole) {
  return whole == 0 ? 0.0
                    : static_cast<double>(part) / static_cast<double>(whole);
}

} // namespace

Json OverlapReport::to_json() const {
  return {
      {"words", kOverlapWords},
      {"val_documents", val_documents},
      {"val_documents_in_train", val_documents_in_train},
      {"val_documents_overlapping", overlapping},
      {"val_documents_share", share(val_documents_in_train, val_documents)},
      {"val_ngrams", val_ngrams},
      {"val_ngrams_in_train", val_ngrams_in_train},
      {"val_ngrams_share", share(val_ngrams_in_train, val_ngrams)},
      {"exact", sampled == 1.0},
      {"sampled", sampled}};
}

OverlapMeter::OverlapMeter(size_t max_ngrams)
    : max_ngrams_(std::max<size_t>(1, max_ngrams)) {}

void OverlapMeter::add_validation(std::string_view document) {
  for_each_ngram(document, [&](uint64_t hash) {
    while (hash <= largest_hash_ && ngrams_.size() == max_ngrams_) {
      largest_hash_ /= 2;
      std::erase_if(
          ngrams_, [&](const Ngram& n) { return n.hash > largest_hash_; });
    }
    if (hash <= largest_hash_) ngrams_.push_back({hash, val_documents_});
  });
  ++val_documents_;
}

size_t OverlapMeter::slot_of(uint64_t hash) const {
  const size_t mask = table_.size() - 1;
  size_t slot = hash & mask; // the low bits: the high ones may all be 0
  while (table_[slot] != 0 && table_[slot] != hash) slot = (slot + 1) & mask;
  return slot;
}

void OverlapMeter::start_training(const std::vector<bool>& left_out) {
  if (!left_out.empty()) {
    std::erase_if(ngrams_, [&](const Ngram& n) {
      return left_out[static_cast<size_t>(n.document)];
    });
    std::vector<int64_t> place; // among those that stay
    int64_t kept = 0;
    for (const bool left : left_out) {
      place.push_back(kept);
      kept += !left;
    }
    for (Ngram& n : ngrams_)
      n.document = place[static_cast<size_t>(n.document)];
    val_documents_ = kept;
  }
  // At most two thirds full.
  table_.assign(std::bit_ceil(ngrams_.size() + ngrams_.size() / 2 + 1), 0);
  in_train_.assign(table_.size(), 0);
  for (const Ngram& ngram : ngrams_) table_[slot_of(ngram.hash)] = ngram.hash;
}

void OverlapMeter::add_training(std::string_view document) {
  for_each_ngram(document, [&](uint64_t hash) {
    if (hash > largest_hash_) return;
    const size_t slot = slot_of(hash);
    if (table_[slot] == 0) return;
    std::atomic_ref(in_train_[slot]).store(1, std::memory_order_relaxed);
  });
}

OverlapReport OverlapMeter::report() const {
  OverlapReport report;
  report.val_documents = val_documents_;
  report.val_ngrams =
      std::ranges::count_if(table_, [](uint64_t hash) { return hash != 0; });
  report.val_ngrams_in_train = std::ranges::count(in_train_, 1);
  int64_t last = -1;
  for (const Ngram& ngram : ngrams_) {
    if (ngram.document == last || in_train_[slot_of(ngram.hash)] == 0) continue;
    last = ngram.document;
    report.overlapping.push_back(last);
  }
  report.val_documents_in_train = std::ssize(report.overlapping);
  report.sampled = (static_cast<double>(largest_hash_) + 1.0) * 0x1p-64;
  return report;
}

} // namespace nanobrain
