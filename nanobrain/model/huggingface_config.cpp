#include "nanobrain/model/huggingface_config.h"

#include <string>

#include "nanobrain/base/error.h"
#include "nanobrain/runtime/gpt2_config.h"

namespace nanobrain {

ModelConfig config_from_huggingface(const Json& json, std::string_view where) {
  const Gpt2Config file = read_gpt2_config(json, where);
  ModelConfig config;
  config.num_layers = file.num_layers;
  config.num_heads = file.num_heads;
  config.model_dim = file.model_dim;
  config.ffn_dim = file.ffn_dim;
  config.vocab_size = file.vocab_size;
  config.max_seq_len = file.max_seq_len;
  config.bias = file.bias;
  config.activation = file.activation;
  config.layer_norm_epsilon = file.layer_norm_epsilon;
  try {
    config.validate();
  } catch (const UsageError& error) { // a file's fault here, not a flag's
    fail(where, "{}", error.what());
  }
  return config;
}

Json config_to_huggingface(const ModelConfig& config, int64_t end_of_text) {
  const Json token = end_of_text < 0 ? Json(nullptr) : Json(end_of_text);
  Json json = {
      {"model_type", "gpt2"},
      {"architectures", Json::array({"GPT2LMHeadModel"})},
      {"dtype", "float32"},
      {"n_embd", config.model_dim},
      {"n_head", config.num_heads},
      {"n_layer", config.num_layers},
      {"n_inner", config.ffn_dim},
      {"n_positions", config.max_seq_len},
      {"vocab_size", config.vocab_size},
      {"activation_function", config.activation},
      {"layer_norm_epsilon", config.layer_norm_epsilon},
      {"tie_word_embeddings", true},
      // Without these two transformers takes 50256, out of our range.
      {"bos_token_id", token},
      {"eos_token_id", token},
      {"attn_pdrop", 0.0},
      {"embd_pdrop", 0.0},
      {"resid_pdrop", 0.0},
      {"initializer_range", 0.02},
  };
  json["nanobrain"] = {{"bias", config.bias}};
  return json;
}

} // namespace nanobrain
