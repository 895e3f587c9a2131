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

/// (rows, V), (rows) -> (rows)
Tensor pick(const Tensor& log_probabilities, const Tensor& targets) {
  return -log_probabilities.gather(1, targets.unsqueeze(1)).squeeze(1);
}

} // namespace

TokenDivergence compare_predictions(
    const Tensor& reference, const Tensor& logits, const Tensor& targets) {
  const int64_t n = targets.size(0);
  const auto column = [n] { return torch::empty(n, torch::kFloat64); };
  TokenDivergence result{column(), column(), column()};
  each_rows(n, [&](int64_t row, int64_t rows) {
    const auto part = [&](const Tensor& t) { return t.narrow(0, row, rows); };
    const Tensor r = part(reference).log_softmax(1);
    const Tensor p = part(logits).log_softmax(1);
    part(result.nats).copy_(pick(p, part(targets)));
    part(result.kl).copy_((r.exp() * (r - p)).sum(1));
    part(result.same_top).copy_(r.argmax(1) == p.argmax(1));
  });
  return result;
}

Tensor target_nats(const Tensor& logits, const Tensor& targets) {
  Tensor nats = torch::empty(targets.size(0), torch::kFloat64);
  each_rows(targets.size(0), [&](int64_t row, int64_t rows) {
    nats.narrow(0, row, rows)
        .copy_(pick(
            logits.narrow(0, row, rows).log_softmax(1),
            targets.narrow(0, row, rows)));
  });
  return nats;
}

} // namespace nanobrain
