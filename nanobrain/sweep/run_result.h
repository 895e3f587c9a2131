// What one run of a sweep came to, in its result.json.
#pragma once

#include <cstdint>
#include <optional>

#include "nanobrain/sweep/folder.h"

namespace nanobrain {

struct RunResult {
  int64_t seed = 0;
  double val_loss = 0; // nats a token, over the whole validation set
  double val_bits_per_byte = 0;
  double int8_val_loss = 0;
  double int8_val_bits_per_byte = 0;
  int64_t parameters = 0;
  int64_t f32_bytes = 0; // of the model's file
  int64_t int8_bytes = 0;
  double forward_ms = 0; // median, 64 tokens or the context, all logits
  double int8_forward_ms = 0;
  double train_flops = 0;
  int64_t tokens = 0;
  int64_t steps = 0;
  double tokens_per_s = 0; // while training
  double elapsed_s = 0;    // of the training
  int64_t peak_rss_bytes = 0;
  int64_t threads = 0;

  template <class Visitor>
  void visit(Visitor&& field) {
    field("seed", seed, "");
    field("val_loss", val_loss, "");
    field("val_bits_per_byte", val_bits_per_byte, "");
    field("int8_val_loss", int8_val_loss, "");
    field("int8_val_bits_per_byte", int8_val_bits_per_byte, "");
    field("parameters", parameters, "");
    field("f32_bytes", f32_bytes, "");
    field("int8_bytes", int8_bytes, "");
    field("forward_ms", forward_ms, "");
    field("int8_forward_ms", int8_forward_ms, "");
    field("train_flops", train_flops, "");
    field("tokens", tokens, "");
    field("steps", steps, "");
    field("tokens_per_s", tokens_per_s, "");
    field("elapsed_s", elapsed_s, "");
    field("peak_rss_bytes", peak_rss_bytes, "");
    field("threads", threads, "");
  }
};

/// None where the run is not done.
std::optional<RunResult> read_result(const SeedFolder& folder);
void write_result(const SeedFolder& folder, const RunResult& result);

} // namespace nanobrain
