// The windows of each micro-batch as tensors.
#include "nanobrain/train/batch.h"

#include <span>

namespace nanobrain {

BatchSource::BatchSource(
    const TokenFile& file, const TrainConfig& config, torch::Device device)
    : file_(file),
      config_(config),
      device_(device),
      sampler_(
          file.size(),
          config.seq_len,
          static_cast<uint64_t>(config.data_seed)) {}

Batch BatchSource::micro_batch(int64_t step, int64_t micro) const {
  const int64_t window = config_.seq_len + 1; // inputs and the last target
  const auto begins = sampler_.batch(
      step * config_.grad_accum_steps + micro, config_.batch_size);
  torch::Tensor ids = torch::empty({config_.batch_size, window}, torch::kInt64);
  int64_t* row = ids.mutable_data_ptr<int64_t>();
  for (const int64_t begin : begins) {
    file_.copy(begin, std::span(row, static_cast<size_t>(window)));
    row += window;
  }
  file_.release_pages();
  ids = ids.to(device_);
  return {
      ids.slice(1, 0, window - 1).contiguous(),
      ids.slice(1, 1, window).contiguous()};
}

} // namespace nanobrain
