// What makes a matrix orthogonal, which Muon steps by.
#pragma once

#include <torch/types.h>

#include "nanobrain/config/optimizer_config.h"

namespace nanobrain {

/// The symmetric T (n, n) that makes all singular values of X 1: X T where
/// `gram` is X^T X, T X where it is X X^T. f64, for a Gram matrix has squares.
///   newton_schulz  five steps of the quintic iteration with the coefficients
///                  of Jordan et al. 2024: singular values from 0.7 to 1.2
///                  where they were over 1e-3 of the norm, which is enough
///   polar_express  eight steps with those of Amsel et al. 2025
///                  (arXiv:2505.16932): within 1e-2 of 1 from 1e-3 on
///   exact          by eigenvalues; directions of singular value 0 stay 0
/// The iterations are on the Gram matrix itself, so that their cost does not
/// grow with the longer side of X. Of zeros: zeros.
torch::Tensor inverse_root(const torch::Tensor& gram, Orthogonalizer kind);

} // namespace nanobrain
