// Empties the processor's caches, so that a repetition starts cold.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace nanobrain {

/// Bytes of the largest cache that the first processor names; 0 where the
/// system does not say.
int64_t largest_cache_bytes();

/// A buffer of twice the largest cache, but 64 MB at least, and at most 1 GB
/// and an eighth of the main memory: a virtual machine names the cache of a
/// host that it shares with others.
class CacheEviction {
 public:
  CacheEviction();
  /// Writes the buffer, a part of it on each processor, for each has caches of
  /// its own: nothing else is left in them.
  void evict();
  int64_t bytes() const { return static_cast<int64_t>(buffer_.size()); }
  /// What evict() does, for a report.
  std::string describe() const;

 private:
  std::vector<unsigned char> buffer_;
  unsigned char round_ = 0;
};

} // namespace nanobrain
