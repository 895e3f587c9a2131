// The orthogonal factor of a matrix, which Muon steps by.
#pragma once

#include <torch/types.h>

#include "nanobrain/config/optimizer_config.h"

namespace nanobrain {

/// U V^T of the matrix U S V^T, (m, n) f32:
///   newton_schulz  five steps of the quintic iteration with the coefficients
///                  of Jordan et al. 2024: singular values from 0.7 to 1.2
///                  where they were over 1e-3 of the norm, which is enough
///   polar_express  eight steps with those of Amsel et al. 2025
///                  (arXiv:2505.16932): within 1e-2 of 1 from 1e-3 on
///   exact          by the eigenvalues of the smaller Gram matrix, in f64;
///                  directions of singular value 0 stay 0
/// A matrix of zeros stays one.
torch::Tensor orthogonalize(const torch::Tensor& matrix, Orthogonalizer kind);

} // namespace nanobrain
