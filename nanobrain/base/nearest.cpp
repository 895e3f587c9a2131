#include "nanobrain/base/nearest.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <limits>

namespace nanobrain {

namespace {

/// Edits (insert, delete, replace, swap of neighbours) from a to b: optimal
/// string alignment, the restricted Damerau-Levenshtein distance.
size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<size_t> before_last(b.size() + 1);
  std::vector<size_t> last(b.size() + 1);
  std::vector<size_t> row(b.size() + 1);
  for (size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      row[j] = std::min(
          {last[j] + 1, row[j - 1] + 1, last[j - 1] + (a[i - 1] != b[j - 1])});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

} // namespace

std::string nearest_name(
    std::string_view name, const std::vector<std::string>& candidates) {
  size_t least = name.size() / 3 + 1;
  std::string nearest;
  for (const std::string& candidate : candidates) {
    const size_t distance = edit_distance(name, candidate);
    if (distance < least || (distance == least && nearest.empty())) {
      least = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

std::string suggest_name(
    std::string_view name, const std::vector<std::string>& candidates) {
  const std::string nearest = nearest_name(name, candidates);
  if (!nearest.empty()) return fmt::format("; did you mean {}?", nearest);
  if (candidates.empty()) return "";
  constexpr size_t kMost = 40; // a model has hundreds of tensors
  const auto end = candidates.begin() + std::min(kMost, candidates.size());
  return fmt::format(
      "; known: {}{}",
      fmt::join(candidates.begin(), end, ", "),
      candidates.size() > kMost
          ? fmt::format(" and {} more", candidates.size() - kMost)
          : "");
}

} // namespace nanobrain
