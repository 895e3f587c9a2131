// Matrix products of kernel_isa(), which is not kPortable, in f32 and in bf16.
#pragma once

#include <ATen/core/Tensor.h>

#include "nanobrain/kernels/panels.h"
#include "nanobrain/kernels/vector_kernels.h"

namespace nanobrain {

// Both have
//   multiply   out (M, N) = A (M, K) x B (K, N), or += where `add`
//   pack       a matrix (K, N) of floats as multiply() reads it fastest on the
//              right: K N values
//   packed     that matrix as B of multiply()

/// In f32: ours for AVX2 and NEON; with AVX-512 LibTorch's brgemm, whose
/// kernels are oneDNN's: it has none below, and reads B row by row.
class F32Products {
 public:
  using Value = float;
  F32Products();
  void multiply(
      int64_t M,
      int64_t N,
      int64_t K,
      bool add,
      Panels<const float> A,
      Panels<const float> B,
      Panels<float> out) const {
    product_(M, N, K, add, A, B, out);
  }
  void pack(const float* in, int64_t K, int64_t N, float* out) const;
  Panels<const float> packed(const float* data, int64_t K, int64_t N) const;

 private:
  PanelProduct product_;
  bool packs_; // in panels
};

/// In bf16 with sums in f32, by brgemm; B in VNNI order, pairs of rows
/// interleaved. Needs AVX512-BF16.
class Bf16Products {
 public:
  using Value = at::BFloat16;
  void multiply(
      int64_t M,
      int64_t N,
      int64_t K,
      bool add,
      Panels<const at::BFloat16> A,
      Panels<const at::BFloat16> B,
      Panels<float> out) const;
  void pack(const float* in, int64_t K, int64_t N, at::BFloat16* out) const;
  Panels<const at::BFloat16> packed(
      const at::BFloat16* data, int64_t, int64_t N) const {
    return {data, N};
  }
};

} // namespace nanobrain
