// What the tests of `nanobrain sweep` share: tokens, a tiny run, its sweeps.
#pragma once

#include "tests/cli/command_test.h"

namespace nanobrain::testing {

/// A folder with base.yaml, a run of one layer of width 16 on synthetic text
/// (train.txt, val.txt) of 300 lexical words (data/).
class SweepTest : public CommandTest {
 protected:
  void SetUp() override {
    for (const std::string name : {"train", "val"}) {
      json(
          {"synth",
           "--output",
           path(name + ".txt"),
           "--bytes",
           name == "val" ? "20000" : "60000",
           "--seed",
           name == "val" ? "2" : "1"});
    }
    json(
        {"tokenizer",
         "train",
         "--kind",
         "lexical",
         "--vocab-size",
         "300",
         "--input",
         path("train.txt"),
         "--output",
         path("tokenizer")});
    json(
        {"prepare",
         "--tokenizer",
         path("tokenizer"),
         "--input",
         path("train.txt"),
         "--val-input",
         path("val.txt"),
         "--output",
         path("data")});
    write_text(
        path("base.yaml"),
        "model: {num_layers: 1, num_heads: 2, model_dim: 16, ffn_dim: 32, "
        "max_seq_len: 16}\n"
        "data: {tokenizer: data, train: data/train.tokens, val: "
        "data/val.tokens}\n"
        "train: {batch_size: 2, seq_len: 16, precision: f32, eval_every: 0, "
        "checkpoint_every: 0, sample_every: 0, log_every: 10}\n");
  }

  /// Writes sweep.yaml.
  void write_sweep(const std::string& rest) const {
    write_text(path("sweep.yaml"), "base: base.yaml\n" + rest);
  }
  /// One run at a time: figures do not depend on the machine's processors.
  std::vector<std::string> sweep(
      const std::string& output, std::vector<std::string> more = {}) const {
    std::vector<std::string> arguments = {
        "sweep",
        path("sweep.yaml"),
        "--output",
        path(output),
        "--jobs",
        "1",
        "--threads",
        "1"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  }
  std::filesystem::path seed(
      const std::string& sweep, const std::string& cell, int n) const {
    return dir_.path() / sweep / "cells" / cell / ("seed-" + std::to_string(n));
  }
  /// status.json or result.json of a run; null where there is none yet.
  Json read(
      const std::filesystem::path& run,
      const std::string& file = "result.json") const {
    const std::string text = read_text(run / file);
    return text.empty() ? Json() : Json::parse(text);
  }
};

} // namespace nanobrain::testing
