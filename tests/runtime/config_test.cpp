#include "nanobrain/runtime/config.h"

#include <limits>

#include "nanobrain/base/error.h"
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

RuntimeConfig read(const Json& json) {
  return runtime_config(read_gpt2_config(json, "config.json"), "config.json");
}

/// The fault of the good file with another value of a key.
void expect_fault(
    const std::string& key, const Json& value, const std::string& message) {
  Json json = good();
  json[key] = value;
  const std::string fault = testing::error_of<Error>([&] { read(json); });
  EXPECT_THAT(fault, ::testing::HasSubstr("[config.json] " + message)) << key;
}

TEST(RuntimeConfig, HasTheFilesValues) {
  const RuntimeConfig config = read(good());
  EXPECT_EQ(config.num_layers, 2);
  EXPECT_EQ(config.num_heads, 4);
  EXPECT_EQ(config.model_dim, 64);
  EXPECT_EQ(config.head_dim(), 16);
  EXPECT_EQ(config.ffn_dim, 256);
  EXPECT_EQ(config.vocab_size, 32294);
  EXPECT_EQ(config.max_seq_len, 256);
  EXPECT_FALSE(config.gelu_tanh);
  EXPECT_EQ(config.layer_norm_epsilon, 1e-6);
  EXPECT_EQ(config.end_of_text, 32293);
}

TEST(RuntimeConfig, WhatMayBeLeftOutIsGpt2s) {
  Json json = good();
  for (const char* key :
       {"n_inner", "activation_function", "layer_norm_epsilon"}) {
    json.erase(key);
  }
  json["eos_token_id"] = nullptr;
  const RuntimeConfig config = read(json);
  EXPECT_EQ(config.ffn_dim, 256);
  EXPECT_TRUE(config.gelu_tanh);
  EXPECT_EQ(config.layer_norm_epsilon, 1e-5);
  EXPECT_EQ(config.end_of_text, -1);
}

TEST(RuntimeConfig, BothNamesOfTheTanhGelu) {
  for (const char* name : {"gelu_new", "gelu_pytorch_tanh"}) {
    Json json = good();
    json["activation_function"] = name;
    EXPECT_TRUE(read(json).gelu_tanh);
  }
}

TEST(RuntimeConfig, MissingKeysAreNamed) {
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

TEST(RuntimeConfig, WrongTypesAreNamed) {
  expect_fault("n_layer", "2", "n_layer has the wrong type: \"2\"");
  expect_fault("n_embd", 64.5, "n_embd has the wrong type: 64.5");
  expect_fault("n_positions", Json::array(), "n_positions has the wrong type");
  expect_fault("activation_function", 1, "activation_function has the wrong");
  expect_fault("layer_norm_epsilon", "x", "layer_norm_epsilon has the wrong");
  expect_fault("eos_token_id", "x", "eos_token_id has the wrong type");
  expect_fault("model_type", "llama", "model_type must be gpt2, but is llama");
}

TEST(RuntimeConfig, OtherModelsAreRefused) {
  expect_fault("tie_word_embeddings", false, "tie_word_embeddings: false");
  expect_fault("add_cross_attention", true, "add_cross_attention: true");
  expect_fault(
      "activation_function",
      "relu",
      "activation_function must be gelu, gelu_new or gelu_pytorch_tanh, but "
      "is relu");
}

TEST(RuntimeConfig, DimensionsThatCannotBe) {
  for (const int64_t bad : {int64_t{0}, int64_t{-1}, int64_t{65'537}}) {
    for (const char* key : {"n_layer", "n_head", "n_embd", "n_inner"}) {
      expect_fault(
          key,
          bad,
          std::string(key) + " must be from 1 to 65536, but is " +
              std::to_string(bad));
    }
  }
  for (const int64_t bad :
       {int64_t{0}, int64_t{1} << 31, std::numeric_limits<int64_t>::max()}) {
    for (const char* key : {"vocab_size", "n_positions"}) {
      expect_fault(
          key, bad, std::string(key) + " must be from 1 to 2147483647, but is");
    }
  }
  expect_fault("n_head", 5, "n_head is 5, which does not divide n_embd, 64");
  expect_fault("layer_norm_epsilon", 0, "layer_norm_epsilon must be above 0");
  expect_fault("layer_norm_epsilon", -1e-5, "layer_norm_epsilon must be above");
  expect_fault(
      "eos_token_id",
      32294,
      "eos_token_id is 32294, but the vocabulary has 32294 tokens");
  expect_fault("eos_token_id", -2, "eos_token_id is -2");
  expect_fault(
      "n_positions",
      2'000'000'000,
      "keys and values of 2 layers of 2000000000 x 64 take more than "
      "4294967296 bytes");

  Json json = good();
  json.erase("n_inner");
  json["n_embd"] = std::numeric_limits<int64_t>::max() / 2;
  EXPECT_ERROR(Error, "n_embd is 4611686018427387903: too large", read(json));
}

} // namespace
} // namespace nanobrain
