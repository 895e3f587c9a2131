#include "nanobrain/kernels/softmax_tile.h"

#include "nanobrain/base/error.h"
#include "nanobrain/kernels/isa.h"
#include "nanobrain/kernels/softmax_tile_tables.h"

namespace nanobrain {

const SoftmaxTile& softmax_tile() {
#if defined(__x86_64__)
  switch (active_isa()) {
    case Isa::kAmx:
    case Isa::kAvx512Bf16:
      return kAvx512Bf16SoftmaxTile;
    case Isa::kAvx512:
      return kAvx512SoftmaxTile;
    case Isa::kAvx2:
      return kAvx2SoftmaxTile;
    case Isa::kPortable:
      break;
  }
#endif
  fail("softmax_tile", "there is none for {}", name(active_isa()));
}

} // namespace nanobrain
