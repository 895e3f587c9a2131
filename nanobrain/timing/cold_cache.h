// Empties the processor's caches between repetitions.
#pragma once

#include <cstdint>

#include "nanobrain/base/aligned_buffer.h"

namespace nanobrain {

/// Bytes of the largest cache that this processor names; 0 where the system
/// does not say.
int64_t largest_cache_bytes();

class ColdCache {
 public:
  /// Twice the largest cache, but 64 MB at least and 1 GB at most: a virtual
  /// machine names the cache of a host that it shares.
  ColdCache();
  int64_t bytes() const { return static_cast<int64_t>(buffer_.size()); }
  /// Writes through the buffer, so that nothing else is left in the caches of
  /// this processor, nor in those that all share.
  void evict();

 private:
  AlignedBuffer<uint8_t> buffer_;
  uint8_t round_ = 0;
};

} // namespace nanobrain
