// A model that commands score and continue text with, whatever computes it.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "nanobrain/config/model_config.h"
#include "nanobrain/inference/predictor.h"
#include "nanobrain/inference/token_scorer.h"

namespace nanobrain {

/// Scorers and predictors must not outlive their model.
class LanguageModel {
 public:
  virtual ~LanguageModel() = default;
  virtual const ModelConfig& config() const = 0;
  /// Of the matrix products: "f32", "bf16" or "int8".
  virtual std::string_view precision() const = 0;
  /// Of the file that holds its weights.
  virtual int64_t file_bytes() const = 0;
  virtual std::unique_ptr<TokenScorer> make_scorer() = 0;
  virtual std::unique_ptr<Predictor> make_predictor() = 0;
};

} // namespace nanobrain
