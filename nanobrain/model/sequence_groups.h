// Deals the sequences of a batch to groups, one thread each: activations stay
// in a core's cache, and no operator waits for another thread.
#pragma once

#include <ATen/Parallel.h>
#include <torch/types.h>

#include <algorithm>

namespace nanobrain {

/// Groups of a large batch: bounds the threads that can work.
inline constexpr int64_t kSequenceGroups = 16;

/// Groups that x, (B, ...), is dealt to: as many whatever the number of
/// threads, so that sums over them do not depend on it. One on a device.
inline int64_t count_sequence_groups(const torch::Tensor& x) {
  return x.is_cpu() ? std::min(x.size(0), kSequenceGroups) : 1;
}

/// Calls body(g, part) for each group g with its rows of x. Grad mode and
/// autocast are a thread's own: body sets those that it needs.
template <class Body>
void each_sequence_group(const torch::Tensor& x, const Body& body) {
  const int64_t B = x.size(0), count = count_sequence_groups(x);
  at::parallel_for(0, count, 1, [&](int64_t g, int64_t end) {
    for (; g < end; ++g) {
      const int64_t first = g * B / count, last = (g + 1) * B / count;
      body(g, x.narrow(0, first, last - first));
    }
  });
}

} // namespace nanobrain
