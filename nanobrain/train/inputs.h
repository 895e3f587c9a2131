// What a run reads: tokenizer, token files and the model it starts from,
// checked against the config and each other before anything is written.
#pragma once

#include <memory>

#include "nanobrain/base/json.h"
#include "nanobrain/config/run_config.h"
#include "nanobrain/data/token_file.h"
#include "nanobrain/data/window_sampler.h"
#include "nanobrain/model/gradient_pass.h"
#include "nanobrain/tokenizer/tokenizer.h"

namespace nanobrain {

struct TrainingInputs {
  std::shared_ptr<const Tokenizer> tokenizer;
  TokenFile train;
  TokenFile val;

  /// Paths, sizes and checksums of these and of train.init_from, for run.json.
  Json facts(const RunConfig& config) const;
  /// What a model has seen after `steps`, for its nanobrain.json: tokens,
  /// seq_len, windows, data_seed, train_tokens and train_xxh3 (of the file).
  Json seen(const TrainConfig& config, int64_t steps) const;
};

/// UsageError if the config leaves out a file or disagrees with it; Error if
/// one is missing, damaged, of another tokenizer or holds an id out of range.
TrainingInputs open_inputs(const RunConfig& config);

/// UsageError that names the input which differs from the facts() of the start.
void require_same_inputs(const Json& before, const Json& now);

/// Hands out micro-batches as a pure function of their position. Micro-batch m
/// of a step takes the windows that follow those of m - 1, so that 4 x 2
/// windows are the same as 1 x 8. In a warm-up of the context each window is
/// cut into shorter ones: (batch, seq_len) becomes (batch * k, seq_len / k).
class BatchSource {
 public:
  /// The file must outlive the source.
  BatchSource(const TokenFile& file, const TrainConfig& config);
  /// In memory.
  Batch micro_batch(int64_t step, int64_t micro) const;

 private:
  const TokenFile& file_;
  TrainConfig config_;
  WindowSampler sampler_;
};

} // namespace nanobrain
