// The counted baselines that a model is compared with.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "nanobrain/data/ngram.h"
#include "nanobrain/inference/eval_report.h"

namespace nanobrain {

/// Uniform, unigram, and Kneser-Ney bigram and trigram, which score a stream
/// of tokens as it goes by.
class NgramBaselines {
 public:
  /// Counts the first `limit` tokens of a file, all where it is absent. Error
  /// where the file was made with another tokenizer.
  NgramBaselines(
      const std::filesystem::path& path,
      std::optional<int64_t> limit,
      const Tokenizer& tokenizer);
  NgramBaselines(const NgramBaselines&) = delete;
  NgramBaselines& operator=(const NgramBaselines&) = delete;

  int64_t counted_tokens() const { return model_.tokens(); }
  /// Scores the next token.
  void add(TokenId id) { scorer_.add({&id, 1}); }
  /// Their losses over the tokens scored, which are those of `model`.
  std::vector<Baseline> losses(const LossSum& model) const;

 private:
  NgramModel model_;
  NgramScorer scorer_; // refers to model_
};

} // namespace nanobrain
