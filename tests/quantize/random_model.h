// Small random models with a tokenizer, and texts for them.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "nanobrain/base/json.h"
#include "nanobrain/model/nano_lm.h"
#include "nanobrain/tokenizer/tokenizer.h"

namespace nanobrain::testing {

/// Two blocks of width 32 and 19 positions; vectors are random as well.
ModelConfig random_config(int64_t vocab_size = 70, int64_t ffn_dim = 80);
NanoLM random_model(const ModelConfig& config);

/// A byte-level tokenizer without merges: 257 ids.
std::shared_ptr<const Tokenizer> random_tokenizer();

/// Saves a random model of this config.
void save_random(
    const std::filesystem::path& folder,
    const ModelConfig& config,
    const Tokenizer* tokenizer = nullptr);

/// What a script beside this file prints as JSON.
Json ask_python(const std::string& script, std::vector<std::string> arguments);

/// Documents of random words.
std::string random_text_of(size_t bytes);

} // namespace nanobrain::testing
