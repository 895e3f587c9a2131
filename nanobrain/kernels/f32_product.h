// The f32 product of the processor.
#pragma once

#include "nanobrain/kernels/panels.h"

namespace nanobrain {

struct F32Product {
  PanelProduct multiply;
  bool packs; // reads B in panels; otherwise its panel must be kPanel
};

/// Of kernel_isa(), which is not kPortable: ours for AVX2 and NEON; with
/// AVX-512 LibTorch's brgemm, whose kernels are oneDNN's: it has none below.
F32Product f32_product();

} // namespace nanobrain
