// N-grams counted on what a model was trained on, as its baselines.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "nanobrain/data/ngram.h"
#include "nanobrain/inference/evaluation.h"

namespace nanobrain {

/// The windows that training has drawn, by the model's nanobrain.json or, where
/// an older one does not say, by the run folder around it.
struct SeenWindows {
  int64_t windows = 0;
  int64_t seq_len = 0;
  uint64_t data_seed = 0;
  std::string train_xxh3 = {};      // of the token file
  std::filesystem::path train = {}; // where it was; empty: unknown

  int64_t tokens() const { return windows * seq_len; }
  bool operator==(const SeenWindows&) const = default;
};
std::optional<SeenWindows> find_seen_windows(
    const std::filesystem::path& model_folder);

/// What to count of a file of training tokens.
struct CountedTokens {
  /// these, where a model has seen them
  std::optional<std::vector<TokenRange>> ranges = {};
  std::optional<int64_t> first = {}; // else the first of the file; absent: all
  std::string which;                 // for people
};

/// The first `limit` tokens; without it what a model has seen of the file, each
/// token once, or where that is not to be known as many of its first tokens as
/// the model was trained on (all where that is not known either).
CountedTokens choose_counted(
    const TokenFile& file,
    std::optional<int64_t> limit,
    const std::filesystem::path& model_folder);

struct CountedNgrams {
  NgramModel model;
  std::string counted; // what, for people
  bool seen = false;   // it is what a model has seen, token for token
};

/// Counts what choose_counted() says. Error if the file is damaged or of
/// another tokenizer.
CountedNgrams count_ngrams(
    const std::filesystem::path& token_file,
    std::optional<int64_t> limit,
    const std::filesystem::path& model_folder,
    const Tokenizer& tokenizer);

/// Uniform, unigram, and Kneser-Ney of two to five tokens.
class NgramBaselines : public TokenCounter {
 public:
  /// Gets the losses of a unit of a text by each order (loss_units.h).
  using OnUnit =
      std::function<void(size_t order, int64_t index, const LossSum& loss)>;

  /// The tokenizer must outlive it.
  NgramBaselines(
      CountedNgrams ngrams,
      const Tokenizer& tokenizer,
      const OnUnit& on_unit = {},
      const UnitPlan& units = {});

  void add(const ScoredToken& token) override;
  void finish(EvalReport& report) override;

 private:
  CountedNgrams ngrams_;
  NgramModel::History history_;
  std::vector<LossUnits> losses_; // by order
};

} // namespace nanobrain
