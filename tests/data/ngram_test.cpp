// The counted baselines against the plain formulas and figures worked by hand.
#include "nanobrain/data/ngram.h"

#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "nanobrain/base/error.h"
#include "nanobrain/base/random.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using Ids = std::vector<TokenId>;

// A stream with frequent and rare tokens and some that never occur.
Ids skewed_stream(int64_t size, int64_t vocab_size, uint64_t seed) {
  Random random(seed);
  Ids ids;
  for (int64_t i = 0; i < size; ++i) {
    const double x = random.uniform();
    ids.push_back(static_cast<TokenId>(x * x * x * (vocab_size - 3)));
  }
  return ids;
}

// Chen and Goodman's equations over maps, with no packing and no tables: an
// n-gram is a vector, and a lower order looks at the vectors of the next one.
class PlainKneserNey {
 public:
  PlainKneserNey(Ids stream, int64_t vocab_size, int order)
      : vocab_size_(vocab_size), counts_(order + 1) {
    for (int64_t i = 0; i + order <= std::ssize(stream); ++i) {
      ++counts_[order][Ids(stream.begin() + i, stream.begin() + i + order)];
    }
    for (int n = order - 1; n >= 1; --n) {
      // The unigrams' histories are all bigrams of the stream; those of the
      // trigram model's bigrams are all trigrams.
      if (n == 1 && order == 3) {
        std::set<Ids> bigrams;
        for (int64_t i = 0; i + 2 <= std::ssize(stream); ++i) {
          bigrams.insert({stream[i], stream[i + 1]});
        }
        for (const Ids& bigram : bigrams) ++counts_[1][{bigram[1]}];
        continue;
      }
      for (const auto& [ngram, count] : counts_[n + 1]) {
        ++counts_[n][Ids(ngram.begin() + 1, ngram.end())];
      }
    }
  }

  double probability(Ids ngram) const {
    if (ngram.empty()) return 1.0 / static_cast<double>(vocab_size_);
    const auto& level = counts_[ngram.size()];
    const double lower = probability(Ids(ngram.begin() + 1, ngram.end()));
    double n[5] = {};
    for (const auto& [key, count] : level) {
      if (count <= 4) ++n[count];
    }
    const double y = n[1] / (n[1] + 2 * n[2]);
    const double d[4] = {
        0,
        1 - 2 * y * n[2] / n[1],
        2 - 3 * y * n[3] / n[2],
        3 - 4 * y * n[4] / n[3]};
    double total = 0;
    double freed = 0;
    double own = 0;
    for (const auto& [key, count] : level) {
      if (!std::equal(ngram.begin(), ngram.end() - 1, key.begin())) continue;
      const double discount = d[std::min<int64_t>(count, 3)];
      total += static_cast<double>(count);
      freed += discount;
      if (key == ngram) own = static_cast<double>(count) - discount;
    }
    return total == 0 ? lower : own / total + freed / total * lower;
  }

 private:
  int64_t vocab_size_;
  std::vector<std::map<Ids, int64_t>> counts_; // [order]
};

TEST(Ngram, AgreesWithTheFormulasWrittenOut) {
  // Sparse enough that some n-grams of every order occur once, so that the
  // discounts are those of the formula.
  const int64_t vocab_size = 1000;
  const TokenId end_of_text = 999;
  const Ids stream = skewed_stream(3000, vocab_size, 7);
  const auto model = NgramModel::count(stream, vocab_size, end_of_text);
  Ids with_start = stream;
  with_start.insert(with_start.begin(), end_of_text);
  const PlainKneserNey bigram(with_start, vocab_size, 2);
  const PlainKneserNey trigram(with_start, vocab_size, 3);
  Random random(8);
  for (int i = 0; i < 300; ++i) {
    // From an n-gram that was seen to one of strangers.
    const size_t at = random.below(stream.size() - 2);
    const auto pick = [&](size_t offset, uint64_t one_in) {
      return random.below(one_in) == 0
                 ? static_cast<TokenId>(random.below(vocab_size))
                 : stream[at + offset];
    };
    const TokenId u = pick(0, 3);
    const TokenId v = pick(1, 6);
    const TokenId w = pick(2, 2);
    // Both sum the same few terms in double: a few ulp apart.
    EXPECT_NEAR(
        model.probability(2, Ids{u, v}, w) / bigram.probability({v, w}),
        1.0,
        1e-12);
    EXPECT_NEAR(
        model.probability(3, Ids{u, v}, w) / trigram.probability({u, v, w}),
        1.0,
        1e-12)
        << u << " " << v << " " << w;
  }
}

TEST(Ngram, ProbabilitiesSumToOne) {
  for (const uint64_t seed : {1, 2, 3}) {
    const int64_t vocab_size = 20 + 30 * static_cast<int64_t>(seed);
    const Ids stream = skewed_stream(200 * seed, vocab_size, seed);
    const auto model = NgramModel::count(stream, vocab_size, -1);
    Random random(seed);
    for (int i = 0; i < 100; ++i) {
      const Ids context = {
          static_cast<TokenId>(random.below(vocab_size)),
          static_cast<TokenId>(random.below(vocab_size))};
      for (const int order : {0, 1, 2, 3}) {
        double sum = 0;
        for (TokenId w = 0; w < vocab_size; ++w) {
          const double p = model.probability(order, context, w);
          EXPECT_GT(p, 0.0) << "order " << order << " token " << w;
          sum += p;
        }
        EXPECT_NEAR(sum, 1.0, 1e-12) << "order " << order;
      }
    }
  }
}

TEST(Ngram, SmallExampleByHand) {
  // Bigrams 01 twice, 10 twice, 02 once: n1 = 1, n2 = 2, Y = 1/5, D1 = 1/5,
  // D2 = 2. Every token has one left neighbour: p(w) = 1/3.
  const auto model = NgramModel::count(Ids{0, 1, 0, 1, 0, 2}, 3, -1);
  EXPECT_NEAR(model.probability(1, {}, 0), 4.0 / 9, 1e-15);
  EXPECT_NEAR(model.probability(1, {}, 2), 2.0 / 9, 1e-15);
  EXPECT_NEAR(model.probability(2, Ids{0}, 1), 2.2 / 9, 1e-15);
  EXPECT_NEAR(model.probability(2, Ids{0}, 2), 0.8 / 3 + 2.2 / 9, 1e-15);
  // Nothing follows 2: the lower order alone.
  EXPECT_NEAR(model.probability(2, Ids{2}, 1), 1.0 / 3, 1e-15);
  // A longer order than the context allows is the order that it allows.
  EXPECT_EQ(model.probability(3, Ids{0}, 1), model.probability(2, Ids{0}, 1));
  EXPECT_EQ(model.probability(2, {}, 1), model.probability(1, {}, 1));
}

TEST(Ngram, DiscountsOfChenAndGoodman) {
  // Y = 100 / (100 + 2 * 40) = 5/9.
  const auto d = kneser_ney_discounts({100, 40, 20, 10});
  EXPECT_NEAR(d[0], 1 - 2 * (5.0 / 9) * 0.4, 1e-15);
  EXPECT_NEAR(d[1], 2 - 3 * (5.0 / 9) * 0.5, 1e-15);
  EXPECT_NEAR(d[2], 3 - 4 * (5.0 / 9) * 0.5, 1e-15);
  // D1 would be negative: Ney's one discount instead.
  EXPECT_NEAR(kneser_ney_discounts({1, 40, 20, 10})[0], 1.0 / 81, 1e-15);
  EXPECT_EQ(kneser_ney_discounts({0, 0, 3, 1})[2], 0.5);
}

TEST(Ngram, ScorerSumsOverTheStreamInPieces) {
  const Ids stream = {0, 1, 0, 4, 2, 4};
  for (const TokenId end_of_text : {4, -1}) {
    const auto model =
        NgramModel::count(skewed_stream(500, 8, 1), 8, end_of_text);
    NgramScorer scorer(model);
    scorer.add(std::span(stream).first(1));
    scorer.add(std::span(stream).subspan(1));
    // Without an end-of-text token nothing predicts the first.
    Ids all = stream;
    if (end_of_text >= 0) all.insert(all.begin(), end_of_text);
    double sums[4] = {};
    for (size_t i = 1; i < all.size(); ++i) {
      const Ids context(all.begin(), all.begin() + i);
      for (int order = 0; order < 4; ++order) {
        sums[order] -= std::log(model.probability(order, context, all[i]));
      }
    }
    const NgramLosses& losses = scorer.losses();
    EXPECT_EQ(losses.tokens, std::ssize(all) - 1);
    EXPECT_NEAR(losses.uniform, losses.tokens * std::log(8.0), 1e-12);
    EXPECT_NEAR(losses.unigram, sums[1], 1e-12);
    EXPECT_NEAR(losses.bigram, sums[2], 1e-12);
    EXPECT_NEAR(losses.trigram, sums[3], 1e-12);
  }
}

TEST(Ngram, SaysWhatItCannotCount) {
  EXPECT_ERROR(Error, "no tokens to count", NgramModel::count(Ids{}, 3, -1));
  EXPECT_ERROR(
      Error,
      "token 1 of the stream is 3, outside the vocabulary of 3",
      NgramModel::count(Ids{0, 3}, 3, -1));
  EXPECT_ERROR(
      Error,
      "vocabularies of 1 to 2097152 ids, but this one has 3000000",
      NgramModel::count(Ids{0, 3}, 3'000'000, -1));
  const auto model = NgramModel::count(Ids{0, 1}, 3, -1);
  EXPECT_ERROR(Error, "token -1 is outside", model.probability(2, Ids{0}, -1));
}

} // namespace
} // namespace nanobrain
