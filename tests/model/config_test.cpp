#include "nanobrain/model/config.h"

#include "nanobrain/base/error.h"
#include "nanobrain/model/huggingface_config.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

// The table of the Nano Brain, and GPT-2 small as published (124,439,808).
TEST(ParameterCounts, MatchKnownModels) {
  const ParameterCounts nano = count_parameters({});
  EXPECT_EQ(nano.embedder, 2'066'816);
  EXPECT_EQ(nano.positions, 16'384);
  EXPECT_EQ(nano.blocks, 98'816);
  EXPECT_EQ(nano.final_norm, 128);
  EXPECT_EQ(nano.total(), 2'182'144);
  const ModelConfig gpt2{
      .num_layers = 12,
      .num_heads = 12,
      .model_dim = 768,
      .ffn_dim = 3072,
      .vocab_size = 50257,
      .max_seq_len = 1024,
      .bias = true};
  EXPECT_EQ(count_parameters(gpt2).total(), 124'439'808);
}

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
      UsageError, "num_layers must be from 1 to", validate([](auto& c) {
        c.num_layers = 0;
      }));
  EXPECT_ERROR(
      UsageError,
      "vocab_size must be from 1 to 16777216, but is -3",
      validate([](auto& c) { c.vocab_size = -3; }));
  EXPECT_ERROR(
      UsageError,
      "model_dim must be from 1 to 65536, but is 1000000",
      validate([](auto& c) { c.model_dim = 1'000'000; }));
  EXPECT_ERROR(
      UsageError,
      "num_layers must be from 1 to 4096, but is 100000",
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
      "activation must be gelu (erf) or gelu_new (tanh), but is \"gelu_nwe\"; "
      "did you mean gelu_new",
      validate([](auto& c) { c.activation = "gelu_nwe"; }));
  EXPECT_ERROR(
      UsageError,
      "layer_norm_epsilon must be between 0 and 1, but is 0",
      validate([](auto& c) { c.layer_norm_epsilon = 0; }));
}

Json published_gpt2() {
  return Json::parse(R"({"activation_function": "gelu_new",
    "architectures": ["GPT2LMHeadModel"], "bos_token_id": 50256,
    "eos_token_id": 50256, "layer_norm_epsilon": 1e-05, "model_type": "gpt2",
    "n_ctx": 1024, "n_embd": 768, "n_head": 12, "n_layer": 12,
    "n_positions": 1024, "resid_pdrop": 0.1, "vocab_size": 50257})");
}

TEST(HuggingFaceConfig, ReadsGpt2) {
  const ModelConfig config =
      config_from_huggingface(published_gpt2(), "config.json");
  EXPECT_EQ(config.ffn_dim, 3072);
  EXPECT_TRUE(config.bias);
  EXPECT_EQ(config.activation, "gelu_new");
  EXPECT_EQ(count_parameters(config).total(), 124'439'808);
}

TEST(HuggingFaceConfig, RoundTrips) {
  const ModelConfig config{
      .num_layers = 3,
      .num_heads = 2,
      .model_dim = 14,
      .ffn_dim = 9,
      .vocab_size = 300,
      .max_seq_len = 17,
      .bias = false,
      .activation = "gelu",
      .layer_norm_epsilon = 1e-6};
  const Json json = config_to_huggingface(config, 299);
  EXPECT_EQ(json["eos_token_id"], 299);
  EXPECT_EQ(json["nanobrain"]["bias"], false);
  EXPECT_EQ(config_from_huggingface(json, "config.json"), config);
  EXPECT_TRUE(config_to_huggingface(config, -1)["bos_token_id"].is_null());
}

struct Fault {
  const char* key;
  Json value;
  const char* message;
};
class HuggingFaceConfigFaults : public ::testing::TestWithParam<Fault> {};

INSTANTIATE_TEST_SUITE_P(
    Faults,
    HuggingFaceConfigFaults,
    ::testing::Values(
        Fault{"model_type", "llama", "model_type must be gpt2, but is llama"},
        Fault{"model_type", nullptr, "model_type must be gpt2, but is missing"},
        Fault{"n_layer", nullptr, "n_layer is missing"},
        Fault{"n_embd", "768", "n_embd has the wrong type: \"768\""},
        Fault{"n_head", 7, "7 does not divide 768"},
        Fault{"activation_function", "relu", "activation must be gelu"},
        Fault{"scale_attn_weights", false, "scale_attn_weights: false"},
        Fault{
            "scale_attn_by_inverse_layer_idx",
            true,
            "scale_attn_by_inverse_layer_idx: true describes a model that is "
            "not supported; only false is"},
        Fault{"reorder_and_upcast_attn", true, "reorder_and_upcast_attn: true"},
        Fault{"add_cross_attention", true, "add_cross_attention: true"},
        Fault{"tie_word_embeddings", false, "tie_word_embeddings: false"}),
    [](const auto& info) {
      return fmt::format("{}_{}", info.param.key, info.index);
    });

TEST_P(HuggingFaceConfigFaults, AreNamed) {
  const Fault& fault = GetParam();
  Json json = published_gpt2();
  json[fault.key] = fault.value;
  const std::string message = testing::error_of<Error>(
      [&] { config_from_huggingface(json, "m/config.json"); });
  EXPECT_THAT(message, ::testing::StartsWith("[m/config.json]"));
  EXPECT_THAT(message, ::testing::HasSubstr(fault.message));
}

} // namespace
} // namespace nanobrain
