#include "nanobrain/config/huggingface_config.h"

#include <optional>
#include <string>
#include <type_traits>
#include <utility>

#include "nanobrain/base/error.h"

namespace nanobrain {

namespace {

/// config.json's value of a key; its type is checked.
template <class T>
std::optional<T> value_of(
    const Json& json, const char* key, std::string_view where) {
  const auto it = json.find(key);
  if (it == json.end() || it->is_null()) return std::nullopt;
  const bool fits = std::is_same_v<T, bool>      ? it->is_boolean()
                    : std::is_same_v<T, int64_t> ? it->is_number_integer()
                    : std::is_same_v<T, double>  ? it->is_number()
                                                 : it->is_string();
  require(fits, where, "{} has the wrong type: {}", key, it->dump());
  return it->get<T>();
}

/// The dimensions that every file gives.
constexpr std::pair<const char*, int64_t ModelConfig::*> kDimensions[] = {
    {"n_embd", &ModelConfig::model_dim},
    {"n_head", &ModelConfig::num_heads},
    {"n_layer", &ModelConfig::num_layers},
    {"n_positions", &ModelConfig::max_seq_len},
    {"vocab_size", &ModelConfig::vocab_size},
};

/// Switches of GPT-2's relatives, with the one value that our models have.
constexpr std::pair<const char*, bool> kSwitches[] = {
    {"scale_attn_weights", true},
    {"scale_attn_by_inverse_layer_idx", false},
    {"reorder_and_upcast_attn", false},
    {"add_cross_attention", false},
    {"tie_word_embeddings", true},
};

void require_gpt2(const Json& json, std::string_view where) {
  require(json.is_object(), where, "is not a JSON object");
  const auto type = value_of<std::string>(json, "model_type", where);
  require(
      type == "gpt2",
      where,
      "model_type must be gpt2, but is {}",
      type.value_or("missing"));
  for (const auto& [key, wanted] : kSwitches) {
    require(
        value_of<bool>(json, key, where).value_or(wanted) == wanted,
        where,
        "{}: {} describes a model that is not supported; only {} is",
        key,
        !wanted,
        wanted);
  }
}

} // namespace

HuggingFaceConfig parse_huggingface_config(
    const Json& json, std::string_view where) {
  require_gpt2(json, where);
  HuggingFaceConfig config;
  ModelConfig& model = config.model;
  for (const auto& [key, member] : kDimensions) {
    const auto value = value_of<int64_t>(json, key, where);
    require(value.has_value(), where, "{} is missing", key);
    model.*member = *value;
  }
  if (const auto inner = value_of<int64_t>(json, "n_inner", where)) {
    model.ffn_dim = *inner;
  } else if (__builtin_mul_overflow(model.model_dim, 4, &model.ffn_dim)) {
    fail(where, "n_embd is {}: too large", model.model_dim);
  }
  const Json own = json.value("nanobrain", Json::object());
  model.bias = value_of<bool>(own, "bias", where).value_or(true);
  model.activation = value_of<std::string>(json, "activation_function", where)
                         .value_or("gelu_new");
  // Both tanh formulas are the same.
  if (model.activation == "gelu_pytorch_tanh") model.activation = "gelu_new";
  model.layer_norm_epsilon = value_of<double>(json, "layer_norm_epsilon", where)
                                 .value_or(model.layer_norm_epsilon);
  config.end_of_text =
      value_of<int64_t>(json, "eos_token_id", where).value_or(-1);
  try {
    model.validate();
  } catch (const UsageError& error) { // a file's fault here, not a flag's
    fail(where, "{}", error.what());
  }
  require(
      config.end_of_text >= -1 && config.end_of_text < model.vocab_size,
      where,
      "eos_token_id is {}, but the vocabulary has {} tokens",
      config.end_of_text,
      model.vocab_size);
  return config;
}

Json to_huggingface(const HuggingFaceConfig& file) {
  const ModelConfig& config = file.model;
  const Json token =
      file.end_of_text < 0 ? Json(nullptr) : Json(file.end_of_text);
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
