// The tied head in plain ATen operators, a chunk of tokens at a time.
#include <algorithm>

#include "nanobrain/kernels/backend.h"
#include "nanobrain/kernels/tied_head.h"

namespace nanobrain {

namespace {

using torch::Tensor;

constexpr int64_t kRowMultiple = 16;

/// The logits of a chunk: on a CPU small enough to stay in the last-level cache
/// between the products, on a device large enough to keep it busy.
int64_t chunk_rows(int64_t tokens, int64_t vocab, bool is_cpu) {
  const int64_t bytes = is_cpu ? 16 << 20 : 512 << 20;
  const int64_t rows = bytes / (vocab * static_cast<int64_t>(sizeof(float)));
  const int64_t whole = rows / kRowMultiple * kRowMultiple;
  return std::min(tokens, std::max(whole, kRowMultiple));
}

/// x y in f32, also of bf16, where at::mm alone would round the sums to 8 bits.
Tensor product(const Tensor& x, const Tensor& y) {
  if (x.scalar_type() == torch::kFloat32) return at::mm(x, y);
  if (x.is_cuda()) return at::mm(x, y, torch::kFloat32);
  return at::mm(x.to(torch::kFloat32), y.to(torch::kFloat32)); // CUDA's alone
}

} // namespace

TiedCrossEntropy tied_head_chunked(
    const Tensor& hidden,
    const Tensor& weight,
    const TiedCrossEntropyOptions& options) {
  const torch::NoGradGuard no_grad;
  load_vector_math();
  const auto type = options.bf16 ? torch::kBFloat16 : torch::kFloat32;
  const Tensor h_in = hidden.to(type); // (N, C): what the products take
  const Tensor e_in = weight.to(type); // (V, C)
  const int64_t N = hidden.size(0);

  TiedCrossEntropy result;
  result.losses = torch::empty({N}, hidden.options().dtype(torch::kFloat64));
  if (options.with_gradients) {
    result.hidden_gradient = torch::empty_like(hidden);
    result.weight_gradient = torch::zeros_like(weight);
  }
  const int64_t rows = chunk_rows(N, weight.size(0), hidden.is_cpu());
  for (int64_t begin = 0; begin < N; begin += rows) {
    const int64_t count = std::min(rows, N - begin);
    const auto part = [&](const Tensor& x) {
      return x.narrow(0, begin, count);
    };
    Tensor scores = product(part(h_in), e_in.t());                 // (rows, V)
    const Tensor lse = at::logsumexp(scores, 1, /*keepdim=*/true); // (rows, 1)
    part(result.losses).copy_(lse.squeeze(1));
    if (!options.with_gradients) continue;
    const Tensor p = scores.sub_(lse).exp_().to(type);
    const double scale = options.gradient_scale;
    part(result.hidden_gradient).copy_(product(p, e_in)).mul_(scale);
    const Tensor weighted = (part(hidden) * scale).to(type);
    if (options.bf16) {
      result.weight_gradient.add_(product(p.t(), weighted));
    } else {
      result.weight_gradient.addmm_(p.t(), weighted); // (V, rows) x (rows, C)
    }
  }
  return result;
}

} // namespace nanobrain
