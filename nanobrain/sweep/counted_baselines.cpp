#include "nanobrain/sweep/counted_baselines.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "nanobrain/base/error.h"

namespace nanobrain {

const CountedNgram* best_ngram(std::span<const CountedNgram> ngrams) {
  const auto best =
      std::ranges::min_element(ngrams, {}, &CountedNgram::bits_per_byte);
  return best == ngrams.end() ? nullptr : &*best;
}

bool loses(double bits_per_byte, std::span<const CountedNgram> ngrams) {
  const CountedNgram* best = best_ngram(ngrams);
  return best != nullptr && bits_per_byte > best->bits_per_byte;
}

std::string describe_against(
    double bits_per_byte, std::span<const CountedNgram> ngrams) {
  const CountedNgram* best = best_ngram(ngrams);
  if (best == nullptr) return "";
  return fmt::format(
      "{} the counted {} by {:.4f} bits per byte",
      loses(bits_per_byte, ngrams) ? "LOSES to" : "beats",
      best->short_name(),
      std::abs(bits_per_byte - best->bits_per_byte));
}

void SweepBaselines::check(const std::string& where) const {
  for (const CountedBaselines& baselines : counted) {
    require(
        !baselines.ngrams.empty(), where, "has a budget without its n-grams");
  }
}

const CountedBaselines* SweepBaselines::of(const std::string& cell) const {
  const auto has = std::ranges::find_if(counted, [&](const auto& baselines) {
    return std::ranges::count(baselines.cells, cell) > 0;
  });
  return has == counted.end() ? nullptr : &*has;
}

} // namespace nanobrain
