// Weights packed once for many products, for models that only score.
#pragma once

#include "nanobrain/model/nano_lm.h"

namespace nanobrain {

/// While it lives, the Linear layers of a model multiply in f32 by copies of
/// their weights in oneDNN's own layout: 20 to 30 % faster than MKL, which
/// packs them anew each time. For passes without gradients whose weights stay
/// as they are. Does nothing on a device, in a LibTorch without oneDNN, or
/// below a width of 128, where nothing is gained. Memory: as much again as the
/// blocks.
class PackedLinears {
 public:
  explicit PackedLinears(NanoLM& model);
  PackedLinears(const PackedLinears&) = delete;
  PackedLinears& operator=(const PackedLinears&) = delete;
  ~PackedLinears();

 private:
  NanoLM& model_;
};

} // namespace nanobrain
