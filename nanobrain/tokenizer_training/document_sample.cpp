#include "nanobrain/tokenizer_training/document_sample.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "nanobrain/base/random.h"

namespace nanobrain {

namespace {

constexpr size_t kPassageBytes = 1 << 14;

/// The first passage of `text`: up to the last space or line end in its first
/// kPassageBytes, or else up to the first one after them.
std::string_view first_passage(std::string_view text) {
  if (text.size() <= kPassageBytes) return text;
  size_t end = text.find_last_of(" \n", kPassageBytes);
  if (end == std::string_view::npos || end == 0) {
    end = text.find_first_of(" \n", kPassageBytes);
  }
  return text.substr(0, end);
}

} // namespace

std::vector<std::string> sample_documents(
    const NextDocument& next, int64_t max_bytes, uint64_t seed) {
  using Passage = std::pair<uint64_t, std::string>; // its number, its text
  const auto by_number = [](const Passage& a, const Passage& b) {
    return a.first < b.first;
  };
  std::vector<Passage> kept; // a heap, the largest number on top
  int64_t bytes = 0;
  Random random(seed);
  std::string document;
  while (next(document)) {
    std::string_view rest = document;
    while (!rest.empty()) {
      const std::string_view passage = first_passage(rest);
      rest.remove_prefix(passage.size());
      const uint64_t number = random();
      bytes += static_cast<int64_t>(passage.size());
      if (bytes > max_bytes && (kept.empty() || number > kept[0].first)) {
        bytes -= static_cast<int64_t>(passage.size());
        continue;
      }
      kept.emplace_back(number, passage);
      std::push_heap(kept.begin(), kept.end(), by_number);
      while (bytes > max_bytes) {
        std::pop_heap(kept.begin(), kept.end(), by_number);
        bytes -= static_cast<int64_t>(kept.back().second.size());
        kept.pop_back();
      }
    }
  }
  std::vector<std::string> sample;
  sample.reserve(kept.size());
  for (auto& [number, text] : kept) sample.push_back(std::move(text));
  return sample;
}

} // namespace nanobrain
