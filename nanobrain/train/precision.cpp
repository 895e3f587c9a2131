#include "nanobrain/train/precision.h"

#include "nanobrain/kernels/bf16.h"

namespace nanobrain {

bool uses_bf16(const TrainConfig& config) {
  return config.precision == TrainPrecision::kBf16 ||
         (config.precision == TrainPrecision::kAuto &&
          has_bf16_products(at::Device(config.device)));
}

} // namespace nanobrain
