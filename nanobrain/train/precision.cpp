#include "nanobrain/train/precision.h"

#include "nanobrain/kernels/bf16.h"

namespace nanobrain {

bool uses_bf16(const TrainConfig& config) {
  return config.precision == "bf16" ||
         (config.precision == "auto" &&
          has_bf16_products(at::Device(config.device)));
}

} // namespace nanobrain
