#include "nanobrain/optimizer/orthogonalize.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>

namespace nanobrain {

using torch::Tensor;

namespace {

/// Of a x + b x^3 + c x^5.
using Quintic = std::array<double, 3>;

constexpr Quintic kJordan = {3.4445, -4.7750, 2.0315};
constexpr std::array kNewtonSchulz = {
    kJordan, kJordan, kJordan, kJordan, kJordan};

/// Each the best for the range of singular values that the one before leaves,
/// from 1e-3 on; all but the last for values up to 1.01 times as large.
constexpr Quintic widened(Quintic q) {
  constexpr double s = 1.01;
  return {q[0] / s, q[1] / (s * s * s), q[2] / (s * s * s * s * s)};
}
constexpr std::array kPolarExpress = {
    widened({8.28721201814563, -23.595886519098837, 17.300387312530933}),
    widened({4.107059111542203, -2.9478499167379106, 0.5448431082926601}),
    widened({3.9486908534822946, -2.908902115962949, 0.5518191394370137}),
    widened({3.3184196573706015, -2.488488024314874, 0.51004894012372}),
    widened({2.300652019954817, -1.6689039845747493, 0.4188073119525673}),
    widened({1.891301407787398, -1.2679958271945868, 0.37680408948524835}),
    widened({1.8750014808534479, -1.2500016453999487, 0.3750001645474248}),
    Quintic{1.875, -1.25, 0.375}};

Tensor iterate(const Tensor& gram, std::span<const Quintic> steps) {
  const double least = 1e-14; // of the square of a norm
  const double scale = std::max(gram.trace().item<double>(), least);
  const Tensor one = torch::eye(gram.size(0), gram.options());
  Tensor x = gram / scale;
  Tensor root = one / std::sqrt(scale);
  for (const auto& [a, b, c] : steps) {
    const Tensor step = torch::addmm(one * a + x * b, x, x, 1, c);
    root = root.mm(step);
    x = step.mm(x).mm(step);
  }
  return root;
}

Tensor exactly(const Tensor& gram) {
  constexpr double kLeast = 1e-14; // of the largest, of f64's 2e-16
  const auto [values, vectors] = at::linalg_eigh(gram, "L");
  const Tensor least = values.max().clamp_min(1e-300) * kLeast;
  const Tensor inverse =
      torch::where(values > least, values.clamp_min(least).rsqrt(), 0.0);
  return (vectors * inverse).mm(vectors.t());
}

} // namespace

Tensor inverse_root(const Tensor& gram, Orthogonalizer kind) {
  switch (kind) {
    case Orthogonalizer::kExact:
      return exactly(gram);
    case Orthogonalizer::kPolarExpress:
      return iterate(gram, kPolarExpress);
    default:
      return iterate(gram, kNewtonSchulz);
  }
}

} // namespace nanobrain
