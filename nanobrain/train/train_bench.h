// The speed of training, step by step and part by part.
#pragma once

#include <cstdint>
#include <string>

#include "nanobrain/base/json.h"

namespace nanobrain {

struct RunConfig;

struct TrainBenchOptions {
  int64_t steps = 20;
  int64_t warm_up = 3;
};

/// Takes whole training steps of a config on random tokens: the same work as
/// `nanobrain train` but for reading windows, evaluation and checkpoints.
/// model.vocab_size must be given. Result:
///   tokens_per_s, min, max    of a step: the median, the slowest, the fastest
///   shares                    of the time: data, body, head, optimizer
///   steps, tokens_per_step, parameters, peak_rss_bytes, precision, threads,
///   cpu, backend, commit
/// UsageError where the config cannot be.
Json bench_train(const RunConfig& config, const TrainBenchOptions& options);

/// Such a result for people.
std::string describe_train_bench(const Json& report);

} // namespace nanobrain
