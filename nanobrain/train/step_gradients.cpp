// The gradients of one step.
#include "nanobrain/train/step_gradients.h"

namespace nanobrain {

StepMeans take_gradients(
    const RunConfig& config,
    const BatchSource& batches,
    GradientPass& gradients,
    int64_t step,
    const std::function<void(const Batch&)>& on_batch) {
  const torch::Device device(config.train.device);
  const auto tokens = static_cast<double>(
      config.train.tokens_of(step + 1) - config.train.tokens_of(step));
  gradients.begin_step();
  torch::Tensor sums =
      torch::zeros({2}, torch::dtype(torch::kFloat64).device(device));
  for (int64_t micro = 0; micro < config.train.grad_accum_steps; ++micro) {
    const Batch batch = batches.micro_batch(step, micro);
    if (on_batch) on_batch(batch);
    const BatchSums batch_sums =
        gradients.loss_and_gradients(batch.to(device), 1 / tokens);
    sums += torch::stack({batch_sums.nats, batch_sums.lse});
  }
  sums = sums.to(torch::kCPU);
  const double* sum = sums.const_data_ptr<double>();
  return {.loss = sum[0] / tokens, .log_z = sum[1] / tokens};
}

} // namespace nanobrain
