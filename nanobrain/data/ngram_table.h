// N-grams of one order with their counts, sorted: the store of NgramModel.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace nanobrain {

/// Bits of one token in a packed n-gram: three fit in 64.
inline constexpr int kNgramTokenBits = 21;

/// An n-gram's key is (context << kNgramTokenBits) | token, and a context's key
/// is that of the (n-1)-gram it consists of.
class NgramTable {
 public:
  /// The discounted mass of one context.
  struct Context {
    uint64_t key = 0;
    uint32_t begin = 0;   // its n-grams are [begin, next context's begin)
    uint32_t total = 0;   // sum of their counts
    double backoff = 0.0; // probability left for the lower order
  };

  NgramTable() = default;
  /// Counts equal keys; `keys` come in any order.
  explicit NgramTable(std::vector<uint64_t> keys);

  /// The distinct n-grams in ascending order.
  std::span<const uint64_t> keys() const { return keys_; }
  /// Null where the context was not seen.
  const Context* find_context(uint64_t context) const;
  /// (count - discount) / total of a token after `context`; 0 where unseen.
  double discounted(const Context& context, uint64_t token) const;
  /// D(1), D(2), D(3 and more).
  const std::array<double, 3>& discounts() const { return discounts_; }

 private:
  std::vector<uint64_t> keys_;
  std::vector<uint32_t> counts_;
  std::vector<Context> contexts_; // and one behind the last
  std::array<double, 3> discounts_{};
};

/// The discounts of modified Kneser-Ney from the number of n-grams that were
/// seen once, twice, three and four times (Chen and Goodman 1999, eq. 26).
/// Where those leave a discount undefined or out of (0, count], it is Ney's
/// single n1 / (n1 + 2 n2), and 1/2 where even that is undefined.
std::array<double, 3> kneser_ney_discounts(
    const std::array<int64_t, 4>& counts_of_counts);

} // namespace nanobrain
