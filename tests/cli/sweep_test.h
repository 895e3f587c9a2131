// What the tests of `nanobrain sweep` share: a tiny run and its sweeps.
#pragma once

#include "tests/support/command_test.h"

namespace nanobrain::testing {

/// A folder with base.yaml, a run of one layer of width 16 on the world's
/// tokens.
class SweepTest : public CommandTest {
 protected:
  void SetUp() override {
    write(
        "base.yaml",
        "model: {num_layers: 1, num_heads: 2, model_dim: 16, ffn_dim: 32, "
        "max_seq_len: 16}\n"
        "data: {tokenizer: world/data, train: world/data/train.tokens, "
        "val: world/data/val.tokens}\n"
        "train: {batch_size: 2, seq_len: 16, precision: f32, eval_every: 0, "
        "checkpoint_every: 0, sample_every: 0, log_every: 10}\n"
        "schedule: {warmup_steps: 1}\n");
  }

  /// Writes sweep.yaml; models are timed once.
  void write_sweep(const std::string& rest) const {
    write("sweep.yaml", "base: base.yaml\ntiming: {repetitions: 1}\n" + rest);
  }
  /// The command. One run at a time: figures do not depend on the machine's
  /// processors.
  static std::string sweep(const std::string& more) {
    return "nanobrain sweep sweep.yaml --jobs 1 --threads 1 --output " + more;
  }
  /// The folder of a run.
  static std::string seed(
      const std::string& sweep, const std::string& cell, int n) {
    return sweep + "/cells/" + cell + "/seed-" + std::to_string(n);
  }
  Json result_of(const std::string& run) const {
    return read_json(run + "/result.json");
  }
  Json status_of(const std::string& run) const {
    return read_json(run + "/status.json");
  }
};

} // namespace nanobrain::testing
