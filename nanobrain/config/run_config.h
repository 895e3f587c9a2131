// The config of a training run, every key with its default and meaning.
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "nanobrain/base/limits.h"
#include "nanobrain/config/model_config.h"

namespace nanobrain {

/// The paths may change: run.json compares what they hold.
struct DataConfig {
  std::filesystem::path tokenizer;
  std::filesystem::path train;
  std::filesystem::path val;

  template <class Visitor>
  void visit(Visitor&& field) {
    field("tokenizer", tokenizer, "tokenizer file or folder", may_change);
    field("train", train, "token file to train on", may_change);
    field("val", val, "token file to evaluate on, always whole", may_change);
  }
};

struct OptimizerConfig {
  std::string kind = "adamw";
  double lr = 4e-3;
  std::array<double, 2> betas = {0.9, 0.95};
  double epsilon = 1e-8;
  double weight_decay = 0.1;

  template <class Visitor>
  void visit(Visitor&& field) {
    field("kind", kind, "of the update", one_of({"adamw"}));
    field("lr", lr, "peak learning rate", positive());
    field(
        "betas",
        betas,
        "decay of the first and second moment",
        from_below(0, 1));
    field(
        "epsilon",
        epsilon,
        "added to the root of the second moment",
        positive());
    field(
        "weight_decay",
        weight_decay,
        "decoupled; on matrices, embedder and positions, not on norms",
        at_least(0));
  }
};

struct ScheduleConfig {
  std::string kind = "cosine";
  int64_t warmup_steps = 50;
  double final_fraction = 0.1;
  double decay_fraction = 0.2;

  template <class Visitor>
  void visit(Visitor&& field) {
    field(
        "kind",
        kind,
        "of the learning rate; wsd: warmup-stable-decay",
        one_of({"cosine", "wsd", "constant"}));
    field("warmup_steps", warmup_steps, "steps of linear warm-up", at_least(0));
    field(
        "final_fraction",
        final_fraction,
        "last over peak learning rate",
        from_to(0, 1));
    field(
        "decay_fraction",
        decay_fraction,
        "wsd: share of the steps that decays, at the end",
        from_to(0, 1));
  }
};

struct TrainConfig {
  int64_t steps = 1000;
  int64_t batch_size = 32;
  int64_t seq_len = 256;
  int64_t grad_accum_steps = 1;
  std::string precision = "bf16";
  std::string device = "cpu";
  std::filesystem::path init_from;
  int64_t seed = 42;
  int64_t data_seed = 42;
  double clip_norm = 1.0;
  int64_t eval_every = 250;
  int64_t checkpoint_every = 250;
  int64_t sample_every = 250;
  int64_t keep_last = 2;
  int64_t log_every = 1;
  std::vector<std::string> sample_prompts = {""};
  int64_t sample_tokens = 64;
  int64_t threads = 0;

  // What may change on resume: when to log, evaluate, sample and save, what to
  // sample, threads and device (the same mathematics, in other last bits).
  template <class Visitor>
  void visit(Visitor&& field) {
    field("steps", steps, "optimizer steps", at_least(1), at_most(1e9));
    field("batch_size", batch_size, "windows a micro-batch", at_least(1));
    field(
        "seq_len",
        seq_len,
        "tokens a window, at most model.max_seq_len",
        at_least(1));
    field(
        "grad_accum_steps",
        grad_accum_steps,
        "micro-batches a step",
        at_least(1));
    field(
        "precision",
        precision,
        "of products; auto: bf16 where the device has it",
        one_of({"f32", "bf16", "auto"}));
    field("device", device, "that trains", one_of({"cpu", "cuda"}), may_change);
    field("init_from", init_from, "model folder to start from (fine-tuning)");
    field("seed", seed, "of the initial weights", at_least(0));
    field("data_seed", data_seed, "of the order of windows", at_least(0));
    field(
        "clip_norm",
        clip_norm,
        "largest gradient 2-norm; 0: no clipping",
        at_least(0));
    field(
        "eval_every",
        eval_every,
        "steps between evaluations; 0: at the end",
        at_least(0),
        may_change);
    field(
        "checkpoint_every",
        checkpoint_every,
        "steps; 0: at the end only",
        at_least(0),
        may_change);
    field(
        "sample_every",
        sample_every,
        "steps between samples; 0: none",
        at_least(0),
        may_change);
    field(
        "keep_last",
        keep_last,
        "newest checkpoints kept beside the best",
        at_least(1),
        may_change);
    field(
        "log_every",
        log_every,
        "steps between lines of metrics.jsonl",
        at_least(1),
        may_change);
    field(
        "sample_prompts", sample_prompts, "prompts of the samples", may_change);
    field(
        "sample_tokens",
        sample_tokens,
        "tokens of each sample",
        at_least(1),
        at_most(1 << 24),
        may_change);
    field("threads", threads, "CPU threads; 0: all", may_change);
  }
};

struct RunConfig {
  ModelConfig model;
  DataConfig data;
  TrainConfig train;
  OptimizerConfig optimizer;
  ScheduleConfig schedule;

  template <class Visitor>
  void visit(Visitor&& field) {
    field("model", model, "");
    field("data", data, "");
    field("train", train, "");
    field("optimizer", optimizer, "");
    field("schedule", schedule, "");
  }

  /// UsageError that names the key where a value cannot be.
  void validate() const;
  int64_t tokens_per_step() const {
    return train.batch_size * train.grad_accum_steps * train.seq_len;
  }
};

/// FLOPs of a whole run: the backward pass counts twice the forward one.
double training_flops(const RunConfig& config);

/// Every path of the config, where it is relative, is one below `base`.
void make_paths_absolute(RunConfig& config, const std::filesystem::path& base);

} // namespace nanobrain
