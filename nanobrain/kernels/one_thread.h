// Bits that do not depend on the number of threads.
#pragma once

#include <ATen/Parallel.h>

namespace nanobrain {

/// Keeps LibTorch's operators to one thread while it lives.
class OneThread {
 public:
  OneThread() { at::set_num_threads(1); }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;
  ~OneThread() { at::set_num_threads(threads_); }

 private:
  int threads_ = at::get_num_threads();
};

/// Calls body(i) for each i below `count`, one thread each: what the operators
/// in it compute has the same bits at any number of threads.
template <class Body>
void each_on_one_thread(int64_t count, const Body& body) {
  if (count == 1) { // which LibTorch gives all threads
    const OneThread serial;
    return body(int64_t{0});
  }
  at::parallel_for(0, count, 1, [&](int64_t i, int64_t end) {
    for (; i < end; ++i) body(i);
  });
}

} // namespace nanobrain
