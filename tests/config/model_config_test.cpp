#include "nanobrain/config/model_config.h"

#include "nanobrain/base/error.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

TEST(ModelConfig, NamesTheKeyAtFault) {
  const auto validate = [](auto&& change) {
    ModelConfig config;
    change(config);
    config.validate();
  };
  ModelConfig{}.validate();
  EXPECT_ERROR(
      UsageError,
      "[model] num_heads must divide model_dim, but 5 does not divide 64",
      validate([](auto& c) { c.num_heads = 5; }));
  EXPECT_ERROR(
      UsageError, "[model.num_layers] must be from 1 to", validate([](auto& c) {
        c.num_layers = 0;
      }));
  EXPECT_ERROR(
      UsageError,
      "[model.vocab_size] must be from 1 to 16777216, but is -3",
      validate([](auto& c) { c.vocab_size = -3; }));
  EXPECT_ERROR(
      UsageError,
      "[model.model_dim] must be from 1 to 65536, but is 1000000",
      validate([](auto& c) { c.model_dim = 1'000'000; }));
  EXPECT_ERROR(
      UsageError,
      "[model.num_layers] must be from 1 to 4096, but is 100000",
      validate([](auto& c) { c.num_layers = 100'000; }));
  EXPECT_ERROR(
      UsageError,
      "[model] has 137523367936 parameters, more than 8589934592; make it",
      validate([](auto& c) {
        c.num_layers = 2048;
        c.model_dim = 2048;
        c.ffn_dim = 12288;
        c.vocab_size = 32768;
      }));
  EXPECT_ERROR(
      UsageError,
      "[model.activation] cannot be \"gelu_nwe\"; did you mean gelu_new?",
      validate([](auto& c) { c.activation = "gelu_nwe"; }));
  EXPECT_ERROR(
      UsageError,
      "[model.layer_norm_epsilon] must be between 0 and 1, but is 0",
      validate([](auto& c) { c.layer_norm_epsilon = 0; }));
}

} // namespace
} // namespace nanobrain
