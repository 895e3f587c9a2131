#include "nanobrain/config/huggingface_config.h"

#include <limits>

#include "nanobrain/base/error.h"
#include "nanobrain/config/parameters.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

Json good() {
  return Json::parse(R"({"model_type": "gpt2", "n_layer": 2, "n_head": 4,
    "n_embd": 64, "n_inner": 256, "vocab_size": 32294, "n_positions": 256,
    "activation_function": "gelu", "layer_norm_epsilon": 1e-06,
    "eos_token_id": 32293})");
}

HuggingFaceConfig read(const Json& json) {
  return parse_huggingface_config(json, "config.json");
}

/// The good file with another value of a key, or without it.
Json changed(const std::string& key, const Json& value) {
  Json json = good();
  json[key] = value;
  if (value.is_discarded()) json.erase(key);
  return json;
}
const Json kLeftOut = Json(Json::value_t::discarded);

TEST(HuggingFaceConfig, HasTheFilesValues) {
  const auto [config, end_of_text] = read(good());
  const ModelConfig expected{.bias = true, .layer_norm_epsilon = 1e-6};
  EXPECT_EQ(config, expected); // apart from those two the Nano Brain
  EXPECT_EQ(config.head_dim(), 16);
  EXPECT_FALSE(config.gelu_tanh());
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
  for (const char* name : {"gelu_new", "gelu_pytorch_tanh"}) {
    EXPECT_TRUE(read(changed("activation_function", name)).model.gelu_tanh());
  }
}

TEST(HuggingFaceConfig, NamesTheKeyAtFault) {
  struct Fault {
    const char* key;
    Json value;
    const char* message;
  };
  const Fault faults[] = {
      {"n_layer", kLeftOut, "n_layer is missing"},
      {"n_head", kLeftOut, "n_head is missing"},
      {"n_embd", nullptr, "n_embd is missing"},
      {"vocab_size", kLeftOut, "vocab_size is missing"},
      {"n_positions", kLeftOut, "n_positions is missing"},
      {"model_type", kLeftOut, "model_type must be gpt2, but is missing"},
      {"model_type", "llama", "model_type must be gpt2, but is llama"},
      {"n_layer", "2", "n_layer has the wrong type: \"2\""},
      {"n_embd", 64.5, "n_embd has the wrong type: 64.5"},
      {"n_positions", Json::array(), "n_positions has the wrong type"},
      {"activation_function", 1, "activation_function has the wrong type"},
      {"layer_norm_epsilon", "x", "layer_norm_epsilon has the wrong type"},
      {"eos_token_id", "x", "eos_token_id has the wrong type"},
      {"scale_attn_weights", false, "scale_attn_weights: false"},
      {"scale_attn_by_inverse_layer_idx",
       true,
       "scale_attn_by_inverse_layer_idx: true describes a model that is not "
       "supported; only false is"},
      {"reorder_and_upcast_attn", true, "reorder_and_upcast_attn: true"},
      {"add_cross_attention", true, "add_cross_attention: true"},
      {"tie_word_embeddings", false, "tie_word_embeddings: false"},
      {"activation_function",
       "relu",
       "[model.activation] must be gelu or gelu_new, but is \"relu\"; did you "
       "mean gelu?"},
      {"n_layer", 0, "[model.num_layers] must be from 1 to 4096, but is 0"},
      {"n_head", -1, "[model.num_heads] must be from 1 to 65536, but is -1"},
      {"n_embd", 1 << 20, "[model.model_dim] must be from 1 to 65536"},
      {"n_inner", 0, "[model.ffn_dim] must be from 1 to 1048576"},
      {"vocab_size", 0, "[model.vocab_size] must be from 1 to 16777216"},
      {"n_positions",
       int64_t{1} << 40,
       "[model.max_seq_len] must be from 1 to 16777216, but is 1099511627776"},
      {"n_head", 5, "[model] num_heads must divide model_dim"},
      {"layer_norm_epsilon", 0, "[model.layer_norm_epsilon] must be"},
      {"eos_token_id", 32294, "eos_token_id is 32294, but the vocabulary has"},
      {"eos_token_id", -2, "eos_token_id is -2"}};
  for (const auto& [key, value, message] : faults) {
    EXPECT_ERROR(
        Error,
        std::string("[config.json] ") + message,
        read(changed(key, value)));
  }
  EXPECT_ERROR(Error, "is not a JSON object", read(Json::array()));
  Json json = changed("n_embd", std::numeric_limits<int64_t>::max() / 2);
  json.erase("n_inner");
  EXPECT_ERROR(Error, "n_embd is 4611686018427387903: too large", read(json));
}

TEST(HuggingFaceConfig, ReadsGpt2AsPublished) {
  const ModelConfig config =
      read(Json::parse(R"({"activation_function": "gelu_new",
    "architectures": ["GPT2LMHeadModel"], "bos_token_id": 50256,
    "eos_token_id": 50256, "layer_norm_epsilon": 1e-05, "model_type": "gpt2",
    "n_ctx": 1024, "n_embd": 768, "n_head": 12, "n_layer": 12,
    "n_positions": 1024, "resid_pdrop": 0.1, "vocab_size": 50257})"))
          .model;
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

} // namespace
} // namespace nanobrain
