// N-grams counted on what the cells of a sweep were trained on: what any model
// must beat.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "nanobrain/base/json.h"
#include "nanobrain/base/limits.h"

namespace nanobrain {

/// A baseline of `nanobrain eval` on a text.
struct CountedNgram {
  std::string name; // "bigram (Kneser-Ney)"
  double bits_per_byte = 0;

  template <class Visitor>
  void visit(Visitor&& field) {
    FIELD(name, "of the n-gram");
    FIELD(bits_per_byte, "on the text");
  }
  /// "bigram".
  std::string short_name() const { return name.substr(0, name.find(" (")); }
};

/// The one of the fewest bits per byte; nullptr of none.
const CountedNgram* best_ngram(std::span<const CountedNgram> ngrams);

/// A model has more bits per byte than the best of these.
bool loses(double bits_per_byte, std::span<const CountedNgram> ngrams);

/// "LOSES to the counted 5-gram by 0.3571 bits per byte", or "beats" it; of the
/// best one, empty where nothing was counted.
std::string describe_against(
    double bits_per_byte, std::span<const CountedNgram> ngrams);

/// Of the cells of one training budget: the same files, windows drawn and
/// length of a window.
struct CountedBaselines {
  Json budget = Json::object();     // train_xxh3, val_xxh3, windows, seq_len
  std::vector<std::string> cells;   // ids
  int64_t data_seed = 0;            // of the run whose windows were counted
  int64_t tokens = 0;               // that were counted
  std::string counted;              // which these are, in `eval`'s words
  std::vector<CountedNgram> ngrams; // on the validation text

  template <class Visitor>
  void visit(Visitor&& field) {
    FIELD(budget, "files by their hashes, windows, tokens a window");
    FIELD(cells, "that trained on it");
    FIELD(data_seed, "whose windows were counted");
    FIELD(tokens, "counted");
    FIELD(counted, "which tokens");
    FIELD(ngrams, "on the validation text");
  }
};

/// baselines.json of a sweep's folder.
struct SweepBaselines {
  std::vector<CountedBaselines> counted;
  std::string missing; // why a cell has none; empty: none lacks them

  template <class Visitor>
  void visit(Visitor&& field) {
    FIELD(counted, "by training budget");
    FIELD(missing, "why a cell has none");
  }
  /// Error that begins with `where` if a budget has no n-grams.
  void check(const std::string& where) const;
  /// nullptr where nothing was counted for a cell.
  const CountedBaselines* of(const std::string& cell) const;
};

} // namespace nanobrain
