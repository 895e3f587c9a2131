#include "nanobrain/kernels/add_rows.h"

#include <ATen/Parallel.h>

namespace nanobrain {

void add_rows(
    torch::Tensor& out,
    const torch::Tensor& ids,
    const torch::Tensor& rows,
    double scale) {
  const torch::NoGradGuard no_grad;
  if (!out.is_cpu()) {
    out.index_add_(0, ids, rows, scale);
    return;
  }
  const int64_t C = out.size(1), N = ids.size(0);
  const int64_t* id = ids.const_data_ptr<int64_t>();
  const float* in = rows.const_data_ptr<float>();
  float* sums = out.data_ptr<float>();
  const auto factor = static_cast<float>(scale);
  // Each thread looks through all ids and takes those of its own columns.
  at::parallel_for(0, C, 16, [&](int64_t first, int64_t last) {
    for (int64_t n = 0; n < N; ++n) {
      float* sum = sums + id[n] * C;
      for (int64_t c = first; c < last; ++c) sum[c] += factor * in[n * C + c];
    }
  });
}

} // namespace nanobrain
