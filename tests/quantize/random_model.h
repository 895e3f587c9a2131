// Small random models with a tokenizer, and texts for them.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "nanobrain/inference/loss_sum.h"
#include "nanobrain/model/nano_lm.h"
#include "nanobrain/quantize/quantize.h"
#include "nanobrain/tokenizer/tokenizer.h"

namespace nanobrain::testing {

/// Two blocks of width 32 and 19 positions; vectors are random as well.
ModelConfig random_config(int64_t vocab_size = 70);
NanoLM random_model(const ModelConfig& config);

/// A byte-level tokenizer without merges: 257 ids.
std::shared_ptr<const Tokenizer> random_tokenizer();

/// Saves a random model of this config and the tokenizer's vocabulary.
void save_random(
    const std::filesystem::path& folder,
    ModelConfig config,
    const std::shared_ptr<const Tokenizer>& tokenizer);

/// Documents of random words.
std::string random_text_of(size_t bytes);

/// What `eval` says of a model on the text, protocol and context of a request.
LossSum evaluate_folder(
    const std::filesystem::path& model, const QuantizeRequest& request);

} // namespace nanobrain::testing
