// YAML files of a sweep over a run that needs no tokenizer.
#pragma once

#include <string>

#include "nanobrain/sweep/config.h"
#include "tests/support/support.h"

namespace nanobrain::testing {

/// A folder with base.yaml, a run of 2 layers of width 16.
class SweepFiles {
 public:
  SweepFiles() {
    write_text(
        path("base.yaml"),
        "model: {num_heads: 2, model_dim: 16, ffn_dim: 32, vocab_size: 100, "
        "max_seq_len: 8}\n"
        "data: {tokenizer: t, train: a.tokens, val: b.tokens}\n"
        "train: {batch_size: 2, seq_len: 8}\n");
  }

  std::string path(const std::string& name) const { return dir_ / name; }
  /// base and whatever else of the YAML.
  std::string write(const std::string& rest) const {
    write_text(path("sweep.yaml"), "base: base.yaml\n" + rest);
    return path("sweep.yaml");
  }
  SweepConfig read(const std::string& rest) const {
    return read_sweep_config(write(rest));
  }

 private:
  TempDir dir_;
};

} // namespace nanobrain::testing
