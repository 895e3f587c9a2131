#include "nanobrain/kernels/products.h"

#include <ATen/native/CPUBlas.h>

#include <algorithm>
#include <vector>

#include "nanobrain/kernels/isa.h"

namespace nanobrain {

namespace {

template <class T>
void multiply_by_brgemm(
    int64_t M,
    int64_t N,
    int64_t K,
    bool add,
    Panels<const T> A,
    Panels<const T> B,
    Panels<float> out) {
  at::native::cpublas::brgemm(
      M,
      N,
      K,
      A.row,
      B.row,
      out.row,
      add,
      A.data,
      B.data,
      out.data,
      /*is_vnni=*/!std::is_same_v<T, float>);
}

} // namespace

F32Products::F32Products()
    : product_(vector_kernels(kernel_isa()).multiply),
      packs_(product_ != nullptr) {
  if (!packs_) product_ = multiply_by_brgemm<float>;
}

void F32Products::pack(
    const float* in, int64_t K, int64_t N, float* out) const {
  if (!packs_) {
    std::copy_n(in, K * N, out);
    return;
  }
  for (int64_t n = 0; n < N; n += kPanel) {
    for (int64_t k = 0; k < K; ++k, out += kPanel) {
      std::copy_n(in + k * N + n, kPanel, out);
    }
  }
}

Panels<const float> F32Products::packed(
    const float* data, int64_t K, int64_t N) const {
  if (!packs_) return {data, N};
  return {data, kPanel, kPanel * K};
}

void Bf16Products::multiply(
    int64_t M,
    int64_t N,
    int64_t K,
    bool add,
    Panels<const at::BFloat16> A,
    Panels<const at::BFloat16> B,
    Panels<float> out) const {
  multiply_by_brgemm(M, N, K, add, A, B, out);
}

void Bf16Products::pack(
    const float* in, int64_t K, int64_t N, at::BFloat16* out) const {
  const SoftmaxTile& kernels = vector_kernels(kernel_isa()).softmax;
  std::vector<Bf16Bits> rounded(K * N);
  kernels.to_bf16(in, K * N, rounded.data());
  kernels.interleave_rows(
      rounded.data(), K, N, reinterpret_cast<Bf16Bits*>(out));
}

} // namespace nanobrain
