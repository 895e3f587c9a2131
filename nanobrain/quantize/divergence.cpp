#include "nanobrain/quantize/divergence.h"

#include <ATen/Parallel.h>

#include <algorithm>

namespace nanobrain {

using torch::Tensor;

namespace {

/// Rows whose probabilities stay in a core's cache from one operator to the
/// next.
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

/// The softmax of a few rows of logits (rows, V), in the parts that the figures
/// are made of.
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

/// -ln p(target) of (rows, V). (rows) f64
Tensor nats_of(
    const Softmax& softmax, const Tensor& logits, const Tensor& targets) {
  return softmax.log_sum - logits.gather(1, targets.unsqueeze(1)).squeeze(1);
}

} // namespace

TokenDivergence compare_predictions(
    const Tensor& reference, const Tensor& logits, const Tensor& targets) {
  const int64_t n = targets.size(0);
  const auto column = [n] { return torch::empty(n, torch::kFloat64); };
  TokenDivergence result{column(), column(), column()};
  each_rows(n, [&](int64_t row, int64_t rows) {
    const auto part = [&](const Tensor& t) { return t.narrow(0, row, rows); };
    const Softmax r(part(reference));
    const Softmax p(part(logits));
    // ln r - ln p is the difference of the logits, less that of the log sums.
    const Tensor mean =
        (part(reference) - part(logits)).mul_(r.weights).sum(1) / r.sum;
    part(result.kl).copy_(mean - (r.log_sum - p.log_sum));
    part(result.nats).copy_(nats_of(p, part(logits), part(targets)));
    part(result.same_top).copy_(r.top == p.top);
  });
  return result;
}

Tensor target_nats(const Tensor& logits, const Tensor& targets) {
  const Tensor nats = torch::empty(targets.size(0), torch::kFloat64);
  each_rows(targets.size(0), [&](int64_t row, int64_t rows) {
    const auto part = [&](const Tensor& t) { return t.narrow(0, row, rows); };
    const Softmax softmax(part(logits));
    part(nats).copy_(nats_of(softmax, part(logits), part(targets)));
  });
  return nats;
}

} // namespace nanobrain
