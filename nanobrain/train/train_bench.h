// The speed of training, step by step and part by part.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "nanobrain/base/json.h"

namespace nanobrain {

struct RunConfig;

struct TrainBenchOptions {
  int64_t steps = 20;
  int64_t warm_up = 3;
};

struct TrainBenchReport {
  std::vector<double> tokens_per_s; // of each step, in order
  /// Shares of the time: data, body, head, optimizer.
  Json shares;
  std::string precision;
  int64_t tokens_per_step = 0;
  int64_t parameters = 0;
  int64_t peak_rss_bytes = 0;
  int64_t threads = 0;
  std::string cpu, backend;

  double median() const;
  Json to_json() const;
  std::string to_text() const;
};

/// Takes whole training steps of a config on random tokens: the same work as
/// `nanobrain train` but for reading windows, evaluation and checkpoints.
/// model.vocab_size must be given. UsageError where the config cannot be.
TrainBenchReport bench_train(
    const RunConfig& config, const TrainBenchOptions& options);

} // namespace nanobrain
