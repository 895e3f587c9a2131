// The files of a training run that nothing was trained for.
#pragma once

#include <string>

#include "nanobrain/base/json.h"
#include "nanobrain/run/metrics_log.h"
#include "nanobrain/run/run_folder.h"
#include "tests/support/support.h"

namespace nanobrain::testing {

/// run.json after one session.
inline Json session_record() {
  const Json session = {
      {"started", "2026-11-23T12:00:00Z"},
      {"host",
       {{"cpu", "AMD EPYC 9B14"},
        {"cpus", 2},
        {"memory_bytes", 16777216000},
        {"os", "Linux 6.1"},
        {"hostname", "node-7"},
        {"commit", "6ed94df"},
        {"compiler", "GCC 12.2.0"},
        {"build_type", "Release"}}},
      {"libtorch", "2.13.0"},
      {"device", "cpu"},
      {"threads", 2}};
  return {{"data", Json::object()}, {"sessions", Json::array({session})}};
}

/// A line a step as `nanobrain train` writes it, an evaluation each tenth.
inline void write_metrics(const RunFolder& run, int64_t steps) {
  MetricsLog log(run.root);
  for (int64_t step = 1; step <= steps; ++step) {
    const auto s = static_cast<double>(step);
    Json record = {
        {"step", step},
        {"tokens", 16 * step},
        {"elapsed_s", 0.5 * s},
        {"train_loss", 4 + 1 / s},
        {"lr", 0.001},
        {"grad_norm", 1 / s},
        {"tokens_per_s", 32.0}};
    if (step % 10 == 0) {
      record["val_loss"] = 4.5;
      record["val_bits_per_byte"] = 2.25;
    }
    log.append(record);
  }
}

/// A run of 20 steps whose prompts and samples are `text`.
inline void write_run(const RunFolder& run, const std::string& text) {
  create_run_folder(
      run,
      {{"model", {{"num_layers", 2}}},
       {"train", {{"seed", 1}, {"sample_prompts", Json::array({"Once", ""})}}}},
      session_record());
  write_metrics(run, 20);
  write_text(
      run.samples(),
      "== step 10, temperature 0.8\nOnce" + text +
          "\n\n== step 10, temperature 0.8\n" + text + "\n\n");
}

} // namespace nanobrain::testing
