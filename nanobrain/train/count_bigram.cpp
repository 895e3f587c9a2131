#include "nanobrain/train/count_bigram.h"

#include <cmath>

#include "nanobrain/kernels/one_thread.h"

namespace nanobrain {

namespace {

using torch::Tensor;

/// x^T diag(p) x, with a tenth of its mean eigenvalue added to each, for rare
/// tokens say little. x: (V, C), p: (V, 1).
Tensor second_moment(const Tensor& x, const Tensor& p) {
  constexpr double kRidge = 0.1;
  const Tensor moment = x.t().mm(x * p);
  const auto C = static_cast<double>(x.size(1));
  return moment +
         torch::eye(x.size(1), x.options()) * (kRidge / C * moment.trace());
}

/// Root of the mean square norm of the rows of x, at their frequencies.
double mean_norm(const Tensor& x, const Tensor& p) {
  return (x.square() * p).sum().sqrt().item<double>();
}

} // namespace

Tensor count_bigram(const SparseRows& counts, const Tensor& rows) {
  const int64_t C = rows.size(1);
  const PairSums sums = sums_of(counts);
  const Tensor following = multiply(counts, rows).to(torch::kFloat64); // (V, C)
  const OneThread same_bits;
  const double total = sums.rows.sum(torch::kFloat64).item<double>();
  const auto share = [&](const Tensor& sum) {
    return (sum.to(torch::kFloat64) / total).unsqueeze(1); // (V, 1)
  };
  const Tensor before = share(sums.rows), after = share(sums.columns);
  const Tensor x = rows.to(torch::kFloat64);
  const Tensor z = at::layer_norm(x, {C});
  const Tensor excess = z.t().mm(following) / total -
                        (z * before).sum(0).outer((x * after).sum(0));
  // Both moments are symmetric, so that the second divides from the right.
  const Tensor map = at::linalg_solve(
                         second_moment(x, after),
                         at::linalg_solve(second_moment(z, before), excess).t())
                         .t();
  const double norm = mean_norm(x, before);
  const Tensor itself = torch::eye(C, x.options()) * (norm / std::sqrt(C));
  return (map * (norm / mean_norm(z.mm(map), before)) - itself)
      .to(torch::kFloat32);
}

} // namespace nanobrain
