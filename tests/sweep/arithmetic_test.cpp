// Counted by hand, number by number.
#include "nanobrain/sweep/arithmetic.h"

#include <gtest/gtest.h>

namespace nanobrain {
namespace {

RunConfig nano_brain() {
  RunConfig config; // 2 layers, width 64, FFN 256, 32,294 tokens, context 256
  config.train.batch_size = 32;
  config.train.seq_len = 256;
  config.train.steps = 300;
  return config;
}

TEST(Arithmetic, BytesOfTheNanoBrain) {
  const ModelBytes bytes = count_model_bytes(nano_brain().model);
  EXPECT_EQ(bytes.f32, 4 * 2'182'144);
  // 32,294 rows of 64 bytes and a scale; positions in f16; a block's features
  // are 192 + 64 + 256 + 64 = 576; five norms of 128.
  const int64_t embedder = 32'294 * 64 + 4 * 32'294;
  const int64_t positions = 2 * 256 * 64;
  const int64_t blocks = 2 * (64 * 192 + 64 * 64 + 2 * 64 * 256) + 4 * 2 * 576;
  EXPECT_EQ(bytes.int8, embedder + positions + blocks + 4 * 5 * 128);
}

TEST(Arithmetic, BiasesAreBytesToo) {
  ModelConfig model = nano_brain().model;
  const ModelBytes without = count_model_bytes(model);
  model.bias = true;
  const ModelBytes with = count_model_bytes(model);
  EXPECT_EQ(with.f32 - without.f32, 4 * 2 * 576);
  EXPECT_EQ(with.int8 - without.int8, 4 * 2 * 576);
}

TEST(Arithmetic, FlopsOfTheNanoBrain) {
  // A block: 64 x 192 + 64 x 64 + 64 x 256 + 256 x 64 = 49,152 weights.
  // Attention in a window of 256: the token at t meets t keys and t values of
  // 64 numbers; 1 + 2 + ... + 256 = 32,896 tokens met, 128.5 at the mean.
  const int64_t weights = 2 * 49'152 + 32'294 * 64;
  const int64_t attention = 2 * 257 * 64; // 2 layers x 2 x 128.5 x 64
  EXPECT_EQ(
      forward_flops_per_token(nano_brain().model, 256),
      2 * (weights + attention));
  EXPECT_EQ(forward_flops_per_token(nano_brain().model, 256), 4'396'032);
  EXPECT_EQ(training_flops(nano_brain()), 3.0 * 4'396'032 * 300 * 32 * 256);
}

TEST(Arithmetic, FlopsGrowByWhatIsAdded) {
  RunConfig config = nano_brain();
  const double two = training_flops(config);
  config.model.num_layers = 3;
  const double per_token = 3.0 * 2 * (49'152 + 257 * 64);
  EXPECT_EQ(training_flops(config) - two, per_token * 300 * 32 * 256);
  config.train.grad_accum_steps = 2;
  EXPECT_EQ(training_flops(config), 2 * (two + per_token * 300 * 32 * 256));
}

} // namespace
} // namespace nanobrain
