// A run that takes a second: a tokenizer, token files and a config.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "nanobrain/base/json.h"
#include "nanobrain/tokenizer/tokenizer.h"
#include "tests/support/support.h"

namespace nanobrain::testing {

/// Documents of a small made-up language in which a word tells much about the
/// next, so that a tiny model learns something in a few steps.
std::vector<std::string> tiny_documents(int64_t count, uint64_t seed);

/// A SentencePiece tokenizer of 290 pieces; `seed` chooses the language.
std::shared_ptr<const Tokenizer> tiny_tokenizer(uint64_t seed = 1);

/// A folder with tokenizer/ train.tokens val.tokens and run.yaml: 12 steps of
/// 4 x 16 tokens, one layer of width 16, f32, a checkpoint every 3 steps.
class TinyRun {
 public:
  TinyRun();

  fs::path path(const std::string& name) const { return dir_ / name; }
  fs::path config() const { return dir_ / "run.yaml"; }
  /// train() on the config with overrides, into the folder `name`.
  Json train(
      const std::string& name,
      const std::vector<std::string>& overrides = {},
      bool resume = false) const;
  /// SHA-256 of the weights in the folder `name`: equal bits, equal text.
  std::string weights(const std::string& name) const;

 private:
  TempDir dir_;
};

/// The records of a run's metrics.jsonl, without the figures that time makes.
std::vector<Json> metrics_without_times(const fs::path& run);

/// Puts a run back to what a kill right after checkpoint `step` would leave
/// behind: metrics and samples of later steps, but no later checkpoint.
void rewind_run(const fs::path& run, int64_t step);

} // namespace nanobrain::testing
