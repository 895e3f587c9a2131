#include "nanobrain/inference/cache_eviction.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "nanobrain/base/host.h"
#include "nanobrain/base/parallel.h"
#include "nanobrain/base/progress.h"

namespace nanobrain {

int64_t largest_cache_bytes() {
  int64_t largest = 0;
  std::error_code absent;
  for (const auto& cache : std::filesystem::directory_iterator(
           "/sys/devices/system/cpu/cpu0/cache", absent)) {
    std::ifstream file(cache.path() / "size"); // "2048K"
    int64_t size = 0;
    char unit = 0;
    if (!(file >> size)) continue;
    file >> unit;
    const int shift = unit == 'K' ? 10 : unit == 'M' ? 20 : 0;
    largest = std::max(largest, size << shift);
  }
  return largest;
}

CacheEviction::CacheEviction() {
  constexpr int64_t kLeast = 64'000'000, kMost = 1'000'000'000;
  const int64_t most = std::clamp(memory_bytes() / 8, kLeast, kMost);
  buffer_.resize(
      static_cast<size_t>(std::clamp(2 * largest_cache_bytes(), kLeast, most)));
}

void CacheEviction::evict() {
  ++round_;
  const int64_t parts = available_cpus();
  parallel_for(parts, parts, [&](int64_t part) {
    const auto begin = buffer_.begin() + part * bytes() / parts;
    const auto end = buffer_.begin() + (part + 1) * bytes() / parts;
    std::fill(begin, end, round_);
  });
  // What nobody reads is written all the same.
  asm volatile("" : : "r"(buffer_.data()) : "memory");
}

std::string CacheEviction::describe() const {
  const auto size = [](int64_t bytes) {
    return format_bytes(static_cast<double>(bytes));
  };
  const int64_t largest = largest_cache_bytes();
  return fmt::format(
      "{} written on all processors before each repetition (the largest "
      "cache: {})",
      size(bytes()),
      largest > 0 ? size(largest) : "unknown");
}

} // namespace nanobrain
