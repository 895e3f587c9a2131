// The windows of each micro-batch as tensors.
#pragma once

#include <torch/torch.h>

#include "nanobrain/config/run_config.h"
#include "nanobrain/data/token_file.h"
#include "nanobrain/data/window_sampler.h"
#include "nanobrain/model/gradient_pass.h"

namespace nanobrain {

/// Hands out micro-batches as a pure function of their position. Micro-batch m
/// of a step takes the windows that follow those of m - 1, so that 4 x 2
/// windows are the same as 1 x 8.
class BatchSource {
 public:
  /// The file must outlive the source.
  BatchSource(
      const TokenFile& file, const TrainConfig& config, torch::Device device);
  Batch micro_batch(int64_t step, int64_t micro) const;
  int64_t windows_per_epoch() const { return sampler_.windows_per_epoch(); }

 private:
  const TokenFile& file_;
  TrainConfig config_;
  torch::Device device_;
  WindowSampler sampler_;
};

} // namespace nanobrain
