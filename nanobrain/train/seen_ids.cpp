// Which ids of the vocabulary a run has met.
#include "nanobrain/train/seen_ids.h"

#include <span>

#include "nanobrain/base/interrupt.h"

namespace nanobrain {

void SeenIds::add(const Batch& batch) {
  for (const torch::Tensor& ids : {batch.inputs, batch.targets}) {
    for (const int64_t id : std::span(
             ids.const_data_ptr<int64_t>(), static_cast<size_t>(ids.numel()))) {
      char& seen = seen_[static_cast<size_t>(id)];
      never_seen_ -= seen == 0 ? 1 : 0;
      seen = 1;
    }
  }
}

SeenIds seen_after(
    int64_t steps, const BatchSource& batches, const RunConfig& config) {
  SeenIds seen(config.model.vocab_size);
  for (int64_t step = 0; step < steps && seen.never_seen() > 0; ++step) {
    check_interrupted();
    for (int64_t m = 0; m < config.train.grad_accum_steps; ++m) {
      seen.add(batches.micro_batch(step, m));
    }
  }
  return seen;
}

} // namespace nanobrain
