// Empties the processor's caches, so that a repetition starts cold.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace nanobrain {

/// Bytes of the largest cache that the first processor sees; 0 where the
/// system does not say.
int64_t last_level_cache_bytes();

/// A buffer as large as the last-level cache: at least 64 MiB, where the system
/// does not say how large that is, and at most 1 GiB and an eighth of the main
/// memory.
class CacheEviction {
 public:
  CacheEviction();
  /// Overwrites the buffer, a part of it on each processor, for each has caches
  /// of its own.
  void evict();
  int64_t bytes() const { return static_cast<int64_t>(buffer_.size()); }
  /// What evict() does, for a report.
  std::string describe() const;

 private:
  std::vector<unsigned char> buffer_;
};

} // namespace nanobrain
