#include "nanobrain/quantize/divergence.h"

#include <ATen/Parallel.h>

#include <algorithm>

#include "nanobrain/kernels/backend.h"

namespace nanobrain {

using torch::Tensor;

namespace {

/// Rows whose probabilities stay in a core's cache between operators.
constexpr int64_t kRows = 8;

/// Calls body(first row, rows) on all threads.
template <class Body>
void each_rows(int64_t n, const Body& body) {
  at::parallel_for(0, n, kRows, [&](int64_t begin, int64_t end) {
    const torch::NoGradGuard no_grad;
    for (int64_t row = begin; row < end; row += kRows) {
      body(row, std::min(kRows, end - row));
    }
  });
}

/// The softmax of a few rows of logits (rows, V), in parts.
struct Softmax {
  Tensor weights; // (rows, V): exp(logit - max)
  Tensor sum;     // (rows) f64, of the weights
  Tensor log_sum; // (rows) f64: ln of the sum of exp(logit)
  Tensor top;     // (rows) int64: the first of the largest

  explicit Softmax(const Tensor& logits) {
    const Tensor max = logits.amax(1, /*keepdim=*/true);
    weights = (logits - max).exp_();
    sum = weights.sum(1).to(torch::kFloat64);
    log_sum = max.squeeze(1).to(torch::kFloat64) + sum.log();
    top = first_of(logits, max);
  }

  /// Expectation of (rows, V), which is overwritten. (rows) f64
  Tensor mean_of(Tensor values) const {
    return values.mul_(weights).sum(1) / sum;
  }

 private:
  /// LibTorch's argmax is the slowest pass of all.
  static Tensor first_of(const Tensor& logits, const Tensor& max) {
    const Tensor index = torch::empty(logits.size(0), torch::kInt64);
    const int64_t V = logits.size(1);
    for (int64_t i = 0; i < logits.size(0); ++i) {
      const float* row = logits.const_data_ptr<float>() + i * logits.stride(0);
      index.data_ptr<int64_t>()[i] =
          std::find(row, row + V, max.const_data_ptr<float>()[i]) - row;
    }
    return index;
  }
};

} // namespace

std::vector<TokenDivergence> compare_predictions(
    std::span<const Tensor> logits, const Tensor& targets) {
  load_vector_math();
  const int64_t n = targets.size(0);
  const auto column = [n] { return torch::empty(n, torch::kFloat64); };
  std::vector<TokenDivergence> result;
  for (size_t i = 0; i < logits.size(); ++i) {
    result.push_back({column(), column(), column()});
  }
  each_rows(n, [&](int64_t row, int64_t rows) {
    const auto part = [&](const Tensor& t) { return t.narrow(0, row, rows); };
    const Tensor reference = part(logits.front());
    const Tensor target = part(targets).unsqueeze(1);
    const Softmax r(reference);
    for (size_t i = 0; i < logits.size(); ++i) {
      const Tensor own = part(logits[i]);
      const Softmax p = i == 0 ? r : Softmax(own);
      // ln r - ln p is the difference of the logits, less that of the log sums.
      const Tensor mean = i == 0 ? torch::zeros(rows, torch::kFloat64)
                                 : r.mean_of(reference - own);
      part(result[i].kl).copy_(mean - (r.log_sum - p.log_sum));
      part(result[i].nats).copy_(p.log_sum - own.gather(1, target).squeeze(1));
      part(result[i].same_top).copy_(r.top == p.top);
    }
  });
  return result;
}

} // namespace nanobrain
