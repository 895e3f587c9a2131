// The speed of training, step by step and part by part.
#pragma once

#include <cstdint>

#include "nanobrain/base/json.h"
#include "nanobrain/base/table.h"

namespace nanobrain {

struct RunConfig;

struct TrainBenchOptions {
  int64_t steps = 20;
  int64_t warm_up = 3;
  double seconds = 0; // more steps than `steps` until so many have passed
};

/// Takes whole training steps of a config on random tokens: the same work as
/// `nanobrain train` but for reading windows, evaluation, checkpoints and what
/// the log measures. model.vocab_size must be given. Result:
///   tokens_per_s, min, max    of a step: the median, the slowest, the fastest
///   shares                    of the time: data, body, head, optimizer
///   steps, tokens_per_step, parameters, peak_rss_bytes, precision, threads,
///   cpu, backend, device, commit; peak_device_bytes where that is no CPU
/// UsageError if the config cannot be, Interrupted once a signal has come.
Json bench_train(const RunConfig& config, const TrainBenchOptions& options);

/// Such a result as a row.
Table train_bench_table(const Json& report);

} // namespace nanobrain
