// The distinct n-grams of one order, counted, and what Kneser-Ney smoothing
// takes off their counts.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace nanobrain {

/// D(1), D(2), D(3+) from the number of n-grams that were seen once, twice,
/// three and four times (Chen and Goodman 1999, eq. 26). One that is undefined
/// or out of (0, count] is Ney's n1 / (n1 + 2 n2), or 1/2.
std::array<double, 3> kneser_ney_discounts(
    const std::array<int64_t, 4>& counts_of_counts);

/// Discounted counts of the n-grams of a table: of their occurrences, or of the
/// distinct tokens seen before them.
class DiscountedCounts {
 public:
  DiscountedCounts() = default;
  /// A count an n-gram; context c has the n-grams [begins[c], begins[c + 1]).
  DiscountedCounts(
      std::vector<uint32_t> counts, const std::vector<uint32_t>& begins);

  /// (count - D) / total + freed / total * lower: the probability of the n-gram
  /// `entry` (absent: it was not counted) after its context; `lower` where
  /// nothing was counted after that.
  double interpolate(
      uint32_t context, std::optional<uint32_t> entry, double lower) const;

 private:
  std::vector<uint32_t> counts_;
  std::vector<uint32_t> totals_; // of each context
  std::vector<double> freed_;    // of each context: its discounts, summed
  std::array<double, 3> discounts_{};
};

/// A level of a trie. An n-gram is its context, an index into the level of
/// n - 1 (at n = 2 a token), and its last token: 53 bits at any n.
class NgramTable {
 public:
  static constexpr int kTokenBits = 21;

  /// An n-gram in a stream.
  struct Occurrence {
    Occurrence(uint32_t context, uint32_t token, uint32_t position)
        : key(uint64_t{context} << kTokenBits | token), position(position) {}
    uint64_t key;
    uint32_t position; // of its last token
  };

  NgramTable() = default;
  /// Counts occurrences of `contexts` contexts. On entry ending[p] is the index
  /// of the (n-1)-gram that ends at position p of the stream, afterwards that
  /// of the n-gram, where one ends there.
  NgramTable(
      std::vector<Occurrence> occurrences,
      size_t contexts,
      std::vector<uint32_t>& ending);

  size_t size() const { return tokens_.size(); }
  /// The n-gram of a context and a token, if it was seen.
  std::optional<uint32_t> find(uint32_t context, uint32_t token) const;
  /// Of each (n-1)-gram: how many distinct tokens were seen before it. Once.
  std::vector<uint32_t> take_left_counts() { return std::move(left_counts_); }
  /// The same of the n-grams here, which the next level has.
  void set_left_counts(std::vector<uint32_t> counts);

  const DiscountedCounts& occurrences() const { return occurrences_; }
  const DiscountedCounts& continuations() const { return continuations_; }

 private:
  std::vector<uint32_t> tokens_;      // the last of each n-gram, by context
  std::vector<uint32_t> begins_;      // of each context's n-grams, and the end
  std::vector<uint32_t> left_counts_; // of the contexts
  DiscountedCounts occurrences_;
  DiscountedCounts continuations_; // none at the highest order
};

} // namespace nanobrain
