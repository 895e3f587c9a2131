// Models small enough for exact references, and what they need.
#pragma once

#include <filesystem>
#include <memory>

#include "nanobrain/data/documents.h"
#include "nanobrain/model/nano_lm.h"
#include "nanobrain/tokenizer_training/tokenizer_trainer.h"

namespace nanobrain::testing {

/// Over ByteTokenizer's ids.
inline NanoLM tiny_model(int64_t max_seq_len = 12) {
  ModelConfig config;
  config.num_layers = 2;
  config.num_heads = 2;
  config.model_dim = 16;
  config.ffn_dim = 32;
  config.vocab_size = 257;
  config.max_seq_len = max_seq_len;
  return NanoLM(config, 3);
}

/// One layer, for the ids of a trained tokenizer.
inline ModelConfig one_layer(int64_t vocab_size, int64_t max_seq_len) {
  ModelConfig config;
  config.num_layers = 1;
  config.num_heads = 2;
  config.model_dim = 32;
  config.ffn_dim = 64;
  config.vocab_size = vocab_size;
  config.max_seq_len = max_seq_len;
  return config;
}

inline std::shared_ptr<const Tokenizer> train_pieces(
    const std::filesystem::path& text, int64_t pieces) {
  const auto reader = open_documents({text});
  return train_tokenizer(
             [&](std::string& document) { return reader->next(document); },
             {.vocab_size = pieces})
      .tokenizer;
}

} // namespace nanobrain::testing
