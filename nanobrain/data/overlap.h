// How much of the validation text is in the training text as well, by 13-grams
// of words (Brown et al. 2020, "Language models are few-shot learners", C).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "nanobrain/base/json.h"

namespace nanobrain {

/// Words in an n-gram.
inline constexpr int64_t kOverlapWords = 13;

struct OverlapReport {
  int64_t val_documents = 0;
  /// with an n-gram that training has too
  int64_t val_documents_in_train = 0;
  /// which these are, by their place among those that were not left out
  std::vector<int64_t> overlapping;
  /// distinct n-grams of the validation documents that were looked for
  int64_t val_ngrams = 0;
  int64_t val_ngrams_in_train = 0;
  /// The share of all n-grams that was looked for, chosen by hash. Below 1 the
  /// share of n-grams is an estimate, and that of documents a lower bound.
  double sampled = 1.0;

  Json to_json() const;
};

/// Words are runs of letters and digits, ASCII letters in lower case. Holds the
/// hashes of at most `max_ngrams` n-grams: when there are more, half of the
/// hash values are left out, and so on.
class OverlapMeter {
 public:
  explicit OverlapMeter(size_t max_ngrams = size_t{1} << 21);

  void add_validation(std::string_view document);
  /// Ends the validation documents; those at which `left_out` is true are
  /// forgotten (copies that are in no file).
  void start_training(const std::vector<bool>& left_out = {});
  /// May be called from many threads at once.
  void add_training(std::string_view document);
  OverlapReport report() const;

 private:
  struct Ngram {
    uint64_t hash; // never 0
    int64_t document;
  };
  /// Where the hash is in the table, or the free slot where it would.
  size_t slot_of(uint64_t hash) const;

  size_t max_ngrams_;
  uint64_t largest_hash_ = ~uint64_t{0}; // of those that are kept
  int64_t val_documents_ = 0;
  std::vector<Ngram> ngrams_;     // in the order of the documents
  std::vector<uint64_t> table_;   // open addressing; 0: free
  std::vector<uint8_t> in_train_; // of each slot of the table
};

} // namespace nanobrain
