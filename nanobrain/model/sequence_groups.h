// Deals the sequences of a batch to groups, one thread each: activations stay
// in a core's cache, and no operator waits for another thread.
#pragma once

#include <ATen/Parallel.h>
#include <torch/types.h>

#include <algorithm>
#include <atomic>

namespace nanobrain {

/// Groups that x, (B, ...), is dealt to: as many whatever the number of
/// threads, so that sums over them do not depend on it. They bound the threads
/// that can work: 16, of large batches a quarter of the sequences. One on a
/// device.
inline int64_t count_sequence_groups(const torch::Tensor& x) {
  constexpr int64_t kGroups = 16, kSequences = 4;
  const int64_t B = x.size(0);
  return x.is_cpu() ? std::min(B, std::max(kGroups, B / kSequences)) : 1;
}

/// Calls body(g, part) for each group g with its rows of x; groups begin in
/// order. Grad mode and autocast are a thread's own: body sets those that it
/// needs.
template <class Body>
void each_sequence_group(const torch::Tensor& x, const Body& body) {
  const int64_t B = x.size(0), count = count_sequence_groups(x);
  std::atomic<int64_t> next = 0;
  const auto work = [&](int64_t, int64_t) {
    for (int64_t g; (g = next.fetch_add(1)) < count;) {
      const int64_t first = g * B / count, last = (g + 1) * B / count;
      body(g, x.narrow(0, first, last - first));
    }
  };
  at::parallel_for(0, std::min<int64_t>(count, at::get_num_threads()), 1, work);
}

/// Group g's turn to add to a sum that is taken in the order of the groups.
/// Passes on at its end, whatever is thrown before.
class GroupTurn {
 public:
  /// `now`: the group whose turn it is, 0 at first.
  GroupTurn(std::atomic<int64_t>& now, int64_t g) : now_(now), g_(g) {}
  GroupTurn(const GroupTurn&) = delete;
  GroupTurn& operator=(const GroupTurn&) = delete;
  ~GroupTurn() {
    wait();
    now_.store(g_ + 1);
    now_.notify_all();
  }
  /// Groups begin in order, so the one that is waited for has a thread.
  void wait() const {
    for (int64_t n; (n = now_.load()) != g_;) now_.wait(n);
  }

 private:
  std::atomic<int64_t>& now_;
  int64_t g_;
};

} // namespace nanobrain
