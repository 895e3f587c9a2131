// A small random generator with the same numbers on every platform.
#pragma once

#include <cstdint>

namespace nanobrain {

/// The finaliser of SplitMix64 (Steele, Lea, Flood 2014): a bijection of
/// 64-bit words that passes for random.
inline uint64_t mix64(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9ULL;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebULL;
  return x ^ (x >> 31);
}

/// SplitMix64. Satisfies UniformRandomBitGenerator; std distributions differ
/// between libraries, so below() and uniform() are given here.
class Random {
 public:
  using result_type = uint64_t;
  explicit Random(uint64_t seed) : state_(seed) {}

  static constexpr uint64_t min() { return 0; }
  static constexpr uint64_t max() { return ~0ULL; }
  uint64_t operator()() { return mix64(state_ += 0x9e3779b97f4a7c15ULL); }

  /// Uniform in [0, n) without bias (Lemire 2019); n > 0.
  uint64_t below(uint64_t n) {
    unsigned __int128 m = static_cast<unsigned __int128>((*this)()) * n;
    if (static_cast<uint64_t>(m) < n) {
      const uint64_t threshold = -n % n;
      while (static_cast<uint64_t>(m) < threshold) {
        m = static_cast<unsigned __int128>((*this)()) * n;
      }
    }
    return static_cast<uint64_t>(m >> 64);
  }

  /// Uniform in [0, 1) with 53 bits.
  double uniform() { return static_cast<double>((*this)() >> 11) * 0x1p-53; }

 private:
  uint64_t state_;
};

} // namespace nanobrain
