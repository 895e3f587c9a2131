// Matrix products in bf16, weights and sums in f32 (Micikevicius et al. 2018).
#pragma once

#include <ATen/autocast_mode.h>

#include "nanobrain/config/run_config.h"
#include "nanobrain/kernels/isa.h"

namespace nanobrain {

/// Whether a run's products are in bf16: where the config does not say f32 and
/// the device has them.
inline bool uses_bf16(const TrainConfig& config) {
  return config.precision != TrainPrecision::kF32 &&
         has_bf16_products(at::Device(config.device));
}

/// Whether the blocks of a model gain from bf16 products. On a CPU the casts
/// cost more than the products save below a width of 128 (Xeon with AMX, one
/// thread, forward and backward, f32 : bf16 in thousand tokens a second: width
/// 64 60 : 47, 128 27 : 36, 256 9.6 : 18.5), and f32 is the more exact.
inline bool blocks_gain_from_bf16(
    const ModelConfig& config, at::Device device) {
  return has_bf16_products(device) &&
         (device.is_cuda() || config.model_dim >= 128);
}

/// While it lives, LibTorch's autocast to bf16 is on for a device, or off where
/// `enabled` is false. For a forward pass: backward follows its dtypes.
class Bf16Autocast {
 public:
  Bf16Autocast(at::Device device, bool enabled)
      : device_(device.type()),
        was_enabled_(at::autocast::is_autocast_enabled(device_)),
        dtype_(at::autocast::get_autocast_dtype(device_)) {
    at::autocast::set_autocast_enabled(device_, enabled);
    at::autocast::set_autocast_dtype(device_, at::kBFloat16);
  }
  Bf16Autocast(const Bf16Autocast&) = delete;
  Bf16Autocast& operator=(const Bf16Autocast&) = delete;
  ~Bf16Autocast() {
    // Copies of weights must not outlive the pass: the optimizer changes them.
    at::autocast::clear_cache();
    at::autocast::set_autocast_enabled(device_, was_enabled_);
    at::autocast::set_autocast_dtype(device_, dtype_);
  }

 private:
  at::DeviceType device_;
  bool was_enabled_;
  at::ScalarType dtype_;
};

} // namespace nanobrain
