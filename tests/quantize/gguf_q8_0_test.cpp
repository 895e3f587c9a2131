#include "nanobrain/quantize/gguf_q8_0.h"

#include <c10/util/Half.h>

#include <cmath>

#include "nanobrain/base/error.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

float scale_of(const Q8Block& block) {
  return c10::Half(block.scale, c10::Half::from_bits());
}

TEST(GgufQ8, BlocksAreScaledByTheirLargestMagnitude) {
  // Powers of two and 127 of them: every number is exact.
  std::vector<float> values(64, 0.0F);
  values[0] = 127 * 0.25F;
  values[1] = -0.25F;
  values[2] = 2.5F * 0.25F; // a half goes away from zero
  values[3] = -2.5F * 0.25F;
  values[4] = 0.49F * 0.25F;
  values[32] = -127 * 8.0F;
  values[63] = 8.0F;
  const auto blocks = quantize_q8_0(values, "x");
  ASSERT_EQ(blocks.size(), 2u);
  EXPECT_EQ(scale_of(blocks[0]), 0.25F);
  EXPECT_EQ(scale_of(blocks[1]), 8.0F);
  const std::vector<int> first = {127, -1, 3, -3, 0, 0};
  for (size_t i = 0; i < first.size(); ++i) {
    EXPECT_EQ(blocks[0].values[i], first[i]) << i;
  }
  EXPECT_EQ(blocks[1].values[0], -127);
  EXPECT_EQ(blocks[1].values[31], 1);
}

TEST(GgufQ8, ZerosAndValuesThatF16ScalesCannotTellFromZero) {
  for (const float value : {0.0F, 1e-40F, 1e-7F}) {
    const std::vector<float> values(32, value);
    const auto blocks = quantize_q8_0(values, "x");
    EXPECT_EQ(scale_of(blocks[0]), 0.0F) << value;
    EXPECT_EQ(blocks[0].values[7], 0) << value;
  }
}

TEST(GgufQ8, ValuesBeyondItsScalesAreRefused) {
  std::vector<float> values(32, 1.0F);
  values[5] = -8.3e6F; // 127 times f16's largest
  quantize_q8_0(values, "x");
  values[5] = -9e6F;
  EXPECT_ERROR(
      Error, "[a.gguf: w] holds 9", quantize_q8_0(values, "a.gguf: w"));
  EXPECT_ERROR(Error, "export with --type f32", quantize_q8_0(values, "w"));
}

} // namespace
} // namespace nanobrain
