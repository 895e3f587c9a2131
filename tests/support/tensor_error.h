// How far tensors are apart.
#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/ops/norm.h>
#include <ATen/ops/sub.h>
#include <ATen/ops/view_as.h>

namespace nanobrain::testing {

/// ||got - expected|| / ||expected|| in the 2-norm, in f64; `got` may be on any
/// device.
inline double relative_error(
    const at::Tensor& got, const at::Tensor& expected) {
  const at::Tensor exact = expected.to(at::kCPU, at::kDouble);
  return ((got.to(at::kCPU, at::kDouble).view_as(exact) - exact).norm() /
          exact.norm())
      .item<double>();
}

} // namespace nanobrain::testing
