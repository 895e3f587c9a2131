#include "nanobrain/quantize/gguf_q8_0.h"

#include <c10/util/Half.h>

#include <algorithm>
#include <cmath>

#include "nanobrain/base/error.h"

namespace nanobrain {

std::vector<Q8Block> quantize_q8_0(
    std::span<const float> values, std::string_view where) {
  std::vector<Q8Block> blocks(values.size() / kQ8BlockSize);
  const float* x = values.data();
  for (Q8Block& block : blocks) {
    float largest = 0;
    for (int64_t i = 0; i < kQ8BlockSize; ++i) {
      largest = std::max(largest, std::abs(x[i]));
    }
    const float scale = largest / 127;
    const c10::Half rounded(scale);
    require(
        std::isfinite(static_cast<float>(rounded)),
        where,
        "holds {}, beyond the f16 scales of Q8_0; export with --type f32",
        largest);
    block.scale = rounded.x;
    // A scale that f16 rounds to zero makes zeros of every q.
    const float inverse = block.scale == 0 ? 0 : 1 / scale;
    for (int64_t i = 0; i < kQ8BlockSize; ++i) {
      block.values[i] = static_cast<int8_t>(std::round(x[i] * inverse));
    }
    x += kQ8BlockSize;
  }
  return blocks;
}

} // namespace nanobrain
