#include "nanobrain/kernels/f32_product.h"

#include <ATen/native/CPUBlas.h>

#include "nanobrain/kernels/isa.h"
#include "nanobrain/kernels/vector_kernels.h"

namespace nanobrain {

namespace {

void multiply_by_brgemm(
    int64_t M,
    int64_t N,
    int64_t K,
    bool add,
    Panels<const float> A,
    Panels<const float> B,
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
      /*is_vnni=*/false);
}

} // namespace

F32Product f32_product() {
  const PanelProduct ours = vector_kernels(kernel_isa()).multiply;
  if (ours != nullptr) return {ours, /*packs=*/true};
  return {multiply_by_brgemm, /*packs=*/false};
}

} // namespace nanobrain
