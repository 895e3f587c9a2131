#include "nanobrain/config/huggingface_config.h"

#include <limits>

#include "nanobrain/base/error.h"
#include "nanobrain/config/parameters.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

Json good() {
  return {
      {"model_type", "gpt2"},
      {"n_layer", 2},
      {"n_head", 4},
      {"n_embd", 64},
      {"n_inner", 256},
      {"vocab_size", 32294},
      {"n_positions", 256},
      {"activation_function", "gelu"},
      {"layer_norm_epsilon", 1e-6},
      {"eos_token_id", 32293}};
}

HuggingFaceConfig read(const Json& json) {
  return parse_huggingface_config(json, "config.json");
}

/// The fault of the good file with another value of a key.
void expect_fault(
    const std::string& key, const Json& value, const std::string& message) {
  Json json = good();
  json[key] = value;
  const std::string fault = testing::error_of<Error>([&] { read(json); });
  EXPECT_THAT(fault, ::testing::HasSubstr("[config.json] " + message)) << key;
}

TEST(HuggingFaceConfig, HasTheFilesValues) {
  const auto [config, end_of_text] = read(good());
  EXPECT_EQ(config.num_layers, 2);
  EXPECT_EQ(config.num_heads, 4);
  EXPECT_EQ(config.model_dim, 64);
  EXPECT_EQ(config.head_dim(), 16);
  EXPECT_EQ(config.ffn_dim, 256);
  EXPECT_EQ(config.vocab_size, 32294);
  EXPECT_EQ(config.max_seq_len, 256);
  EXPECT_FALSE(config.gelu_tanh());
  EXPECT_EQ(config.layer_norm_epsilon, 1e-6);
  EXPECT_EQ(end_of_text, 32293);
}

TEST(HuggingFaceConfig, WhatMayBeLeftOutIsGpt2s) {
  Json json = good();
  for (const char* key :
       {"n_inner", "activation_function", "layer_norm_epsilon"}) {
    json.erase(key);
  }
  json["eos_token_id"] = nullptr;
  const auto [config, end_of_text] = read(json);
  EXPECT_EQ(config.ffn_dim, 256);
  EXPECT_TRUE(config.gelu_tanh());
  EXPECT_EQ(config.layer_norm_epsilon, 1e-5);
  EXPECT_EQ(end_of_text, -1);
}

TEST(HuggingFaceConfig, BothNamesOfTheTanhGelu) {
  for (const char* name : {"gelu_new", "gelu_pytorch_tanh"}) {
    Json json = good();
    json["activation_function"] = name;
    EXPECT_TRUE(read(json).model.gelu_tanh());
  }
}

TEST(HuggingFaceConfig, MissingKeysAreNamed) {
  for (const char* key :
       {"n_layer", "n_head", "n_embd", "vocab_size", "n_positions"}) {
    Json json = good();
    json.erase(key);
    EXPECT_ERROR(Error, std::string(key) + " is missing", read(json));
  }
  Json json = good();
  json.erase("model_type");
  EXPECT_ERROR(Error, "model_type must be gpt2, but is missing", read(json));
  EXPECT_ERROR(Error, "is not a JSON object", read(Json::array()));
}

TEST(HuggingFaceConfig, WrongTypesAreNamed) {
  expect_fault("n_layer", "2", "n_layer has the wrong type: \"2\"");
  expect_fault("n_embd", 64.5, "n_embd has the wrong type: 64.5");
  expect_fault("n_positions", Json::array(), "n_positions has the wrong type");
  expect_fault("activation_function", 1, "activation_function has the wrong");
  expect_fault("layer_norm_epsilon", "x", "layer_norm_epsilon has the wrong");
  expect_fault("eos_token_id", "x", "eos_token_id has the wrong type");
  expect_fault("model_type", "llama", "model_type must be gpt2, but is llama");
}

TEST(HuggingFaceConfig, OtherModelsAreRefused) {
  expect_fault("tie_word_embeddings", false, "tie_word_embeddings: false");
  expect_fault("add_cross_attention", true, "add_cross_attention: true");
  expect_fault(
      "activation_function",
      "relu",
      "[model.activation] cannot be \"relu\"; did you mean gelu?");
}

TEST(HuggingFaceConfig, DimensionsThatCannotBe) {
  const std::pair<const char*, const char*> keys[] = {
      {"n_layer", "[model.num_layers] must be from 1 to 4096"},
      {"n_head", "[model.num_heads] must be from 1 to 65536"},
      {"n_embd", "[model.model_dim] must be from 1 to 65536"},
      {"n_inner", "[model.ffn_dim] must be from 1 to 1048576"},
      {"vocab_size", "[model.vocab_size] must be from 1 to 16777216"},
      {"n_positions", "[model.max_seq_len] must be from 1 to 16777216"}};
  for (const auto& [key, message] : keys) {
    for (const int64_t bad : {int64_t{0}, int64_t{-1}, int64_t{1} << 40}) {
      expect_fault(key, bad, fmt::format("{}, but is {}", message, bad));
    }
  }
  expect_fault("n_head", 5, "[model] num_heads must divide model_dim");
  expect_fault("layer_norm_epsilon", 0, "[model.layer_norm_epsilon] must be");
  expect_fault(
      "eos_token_id",
      32294,
      "eos_token_id is 32294, but the vocabulary has 32294 tokens");
  expect_fault("eos_token_id", -2, "eos_token_id is -2");

  Json json = good();
  json.erase("n_inner");
  json["n_embd"] = std::numeric_limits<int64_t>::max() / 2;
  EXPECT_ERROR(Error, "n_embd is 4611686018427387903: too large", read(json));
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
      parse_huggingface_config(published_gpt2(), "config.json").model;
  EXPECT_EQ(config.ffn_dim, 3072);
  EXPECT_TRUE(config.bias);
  EXPECT_EQ(config.activation, "gelu_new");
  EXPECT_EQ(count_parameters(config), 124'439'808);
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
  const Json json = to_huggingface({config, 299});
  EXPECT_EQ(json["eos_token_id"], 299);
  EXPECT_EQ(json["nanobrain"]["bias"], false);
  EXPECT_EQ(parse_huggingface_config(json, "config.json").model, config);
  EXPECT_TRUE(to_huggingface({config, -1})["bos_token_id"].is_null());
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
        Fault{"activation_function", "relu", "[model.activation] cannot be"},
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
      [&] { parse_huggingface_config(json, "m/config.json"); });
  EXPECT_THAT(message, ::testing::StartsWith("[m/config.json]"));
  EXPECT_THAT(message, ::testing::HasSubstr(fault.message));
}

} // namespace
} // namespace nanobrain
