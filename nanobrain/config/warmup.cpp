#include "nanobrain/config/warmup.h"

#include <algorithm>
#include <bit>
#include <limits>

namespace nanobrain {

namespace {

/// sum_{i < n} floor((a i + b) / m): whole parts taken out, then the points
/// under the line are counted along the other axis, as in Euclid's algorithm
/// (Graham, Knuth and Patashnik, Concrete Mathematics, 3.5).
int64_t floor_sum(int64_t n, int64_t m, int64_t a, int64_t b) {
  int64_t sum = n * (n - 1) / 2 * (a / m) + n * (b / m);
  a %= m;
  b %= m;
  const int64_t highest = a * n + b;
  if (highest < m) return sum;
  return sum + floor_sum(highest / m, a, m, highest % m);
}

/// 0 where nothing grows.
int64_t doublings(int64_t from, int64_t whole) {
  if (from >= whole) return 0;
  return std::bit_width(static_cast<uint64_t>(whole / from)) - 1;
}

} // namespace

int64_t BatchWarmup::at(int64_t step, int64_t whole) const {
  if (step >= steps) return whole;
  return from + (2 * (whole - from) * step + steps) / (2 * steps);
}

int64_t BatchWarmup::before(int64_t step, int64_t whole) const {
  const int64_t growing = std::min(step, steps);
  int64_t windows = (step - growing) * whole;
  if (growing > 0) {
    windows += growing * from +
               floor_sum(growing, 2 * steps, 2 * (whole - from), steps);
  }
  return windows;
}

int64_t ContextWarmup::at(int64_t step, int64_t whole) const {
  if (step >= steps) return whole;
  return from << (step * doublings(from, whole) / steps);
}

int64_t ContextWarmup::next_change(int64_t step, int64_t whole) const {
  const int64_t stages = doublings(from, whole);
  if (step >= steps || stages == 0) return std::numeric_limits<int64_t>::max();
  const int64_t next = step * stages / steps + 1;
  return (next * steps + stages - 1) / stages;
}

} // namespace nanobrain
