// The config of a training run, every key with its default and meaning.
#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <vector>

#include "nanobrain/base/limits.h"
#include "nanobrain/config/model_config.h"
#include "nanobrain/config/optimizer_config.h"
#include "nanobrain/config/warmup.h"

namespace nanobrain {

/// The paths may change: run.json compares what they hold.
struct DataConfig {
  std::filesystem::path tokenizer;
  std::filesystem::path train;
  std::filesystem::path val;

  template <class Visitor>
  void visit(Visitor&& field) {
    FIELD(tokenizer, "tokenizer file or folder", may_change);
    FIELD(train, "token file to train on", may_change);
    FIELD(val, "token file to evaluate on, always whole", may_change);
  }
};

enum class TrainPrecision { kF32, kBf16, kAuto };
constexpr auto words(TrainPrecision) {
  return std::array{"f32", "bf16", "auto"};
}

struct TrainConfig {
  int64_t steps = 1000;
  int64_t batch_size = 32;
  int64_t seq_len = 256;
  int64_t grad_accum_steps = 1;
  BatchWarmup batch_warmup;
  ContextWarmup context_warmup;
  TrainPrecision precision = TrainPrecision::kBf16;
  std::string device = "cpu";
  std::filesystem::path init_from;
  int64_t seed = 42;
  int64_t data_seed = 42;
  double clip_norm = 1.0;
  double spike_zscore = 0;
  int64_t spike_window = 128;
  int64_t eval_every = 250;
  int64_t checkpoint_every = 250;
  int64_t sample_every = 250;
  int64_t keep_last = 2;
  int64_t log_every = 1;
  std::vector<std::string> sample_prompts = {""};
  int64_t sample_tokens = 64;
  int64_t threads = 0;

  // What may change on resume: when to log, evaluate, sample and save, what to
  // sample, threads and device (where it has the same arithmetic; other last
  // bits).
  template <class Visitor>
  void visit(Visitor&& field) {
    FIELD(steps, "optimizer steps", at_least(1), at_most(1e9));
    FIELD(batch_size, "windows a micro-batch", at_least(1));
    FIELD(seq_len, "tokens a window, at most model.max_seq_len", at_least(1));
    FIELD(grad_accum_steps, "micro-batches a step", at_least(1));
    FIELD(batch_warmup, "");
    FIELD(context_warmup, "");
    FIELD(precision, "of products; bf16, auto: where the device has it");
    FIELD(device, "that trains", one_of({"cpu", "cuda"}), may_change);
    FIELD(init_from, "model folder to start from (fine-tuning)");
    FIELD(seed, "seed of the initial weights", at_least(0));
    FIELD(data_seed, "seed of the order of windows", at_least(0));
    FIELD(clip_norm, "largest gradient 2-norm; 0: no clipping", at_least(0));
    FIELD(
        spike_zscore,
        "robust z-score of a loss or gradient norm from which on a step is "
        "skipped; 0: never",
        at_least(0));
    FIELD(
        spike_window,
        "updates that the score is over",
        at_least(8),
        at_most(1 << 16));
    FIELD(eval_every, "steps; 0: at the end only", at_least(0), may_change);
    FIELD(
        checkpoint_every, "steps; 0: at the end only", at_least(0), may_change);
    FIELD(sample_every, "steps; 0: never", at_least(0), may_change);
    FIELD(keep_last, "checkpoints beside the best", at_least(1), may_change);
    FIELD(log_every, "steps a line of metrics.jsonl", at_least(1), may_change);
    FIELD(sample_prompts, "prompts of the samples", may_change);
    FIELD(
        sample_tokens,
        "tokens of each sample",
        at_least(1),
        at_most(1 << 24),
        may_change);
    FIELD(threads, "CPU threads; 0: all", may_change);
  }

  /// Windows of each micro-batch of a step, counted from 0.
  int64_t batch_at(int64_t step) const {
    return batch_warmup.at(step, batch_size);
  }
  /// Tokens of the windows that a step cuts those of seq_len into.
  int64_t context_at(int64_t step) const {
    return context_warmup.at(step, seq_len);
  }
  /// Windows of seq_len that the first `steps` steps take.
  int64_t windows_of(int64_t steps) const {
    return batch_warmup.before(steps, batch_size) * grad_accum_steps;
  }
  int64_t tokens_of(int64_t steps) const { return windows_of(steps) * seq_len; }
};

/// fan_in: normal(0, 1 / sqrt(fan_in)); gpt2: normal(0, 0.02), what is added
/// to the residual stream 1 / sqrt(2 num_layers) of it; zero_out: fan_in, but
/// 0 where it is added to the residual stream.
enum class InitKind { kFanIn, kGpt2, kZeroOut };
constexpr auto words(InitKind) {
  return std::array{"fan_in", "gpt2", "zero_out"};
}

/// The weights at step 0.
struct InitConfig {
  InitKind kind = InitKind::kFanIn;
  double embedder_scale = 1;
  double position_scale = 1;
  bool from_counts = false;
  bool bigram = false;

  template <class Visitor>
  void visit(Visitor&& field) {
    FIELD(kind, "zero_out: projections into the residual start at 0");
    FIELD(embedder_scale, "times the embedder", positive());
    FIELD(position_scale, "times the positions", at_least(0));
    FIELD(from_counts, "the embedder is counted on the run's windows");
    FIELD(bigram, "block 1 starts as what follows each token, counted too");
  }
};

struct RunConfig {
  ModelConfig model;
  DataConfig data;
  TrainConfig train;
  InitConfig init;
  OptimizerConfig optimizer;
  ScheduleConfig schedule;

  template <class Visitor>
  void visit(Visitor&& field) {
    FIELD(model, "");
    FIELD(data, "");
    FIELD(train, "");
    FIELD(init, "");
    FIELD(optimizer, "");
    FIELD(schedule, "");
  }

  /// UsageError that names the key where a value cannot be.
  void validate() const;
  /// After a warm-up of the batch.
  int64_t tokens_per_step() const {
    return train.batch_size * train.grad_accum_steps * train.seq_len;
  }
};

/// UsageError that names the schedule whose warm-up is longer than the run. For
/// a run that begins: older ones took it, and are resumed as they were.
void require_schedules_fit(const RunConfig& config);

/// FLOPs of a whole run: the backward pass counts twice the forward one.
double training_flops(const RunConfig& config);

/// Every step with the whole batch and context.
RunConfig without_warmups(RunConfig config);

/// The least steps that train on so many tokens, or take so many FLOPs; not
/// rounded up, and too few to say so of a run that ends in a warm-up.
double steps_for_tokens(const RunConfig& config, double tokens);
double steps_for_flops(const RunConfig& config, double flops);

/// Every path of the config, where it is relative, is one below `base`.
void make_paths_absolute(RunConfig& config, const std::filesystem::path& base);

} // namespace nanobrain
