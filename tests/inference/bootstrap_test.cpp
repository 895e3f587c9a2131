#include "nanobrain/inference/bootstrap.h"

#include <cmath>
#include <numbers>

#include "nanobrain/base/json.h"
#include "nanobrain/base/random.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using Units = std::vector<LossSum>;

/// Normal draws by Box and Muller.
double normal(Random& random) {
  const double u = 1 - random.uniform();
  return std::sqrt(-2 * std::log(u)) *
         std::cos(2 * std::numbers::pi * random.uniform());
}

/// Units of 100 to 299 bytes; `hard` moves the bits per byte of each.
Units draw_units(
    int count, double level, const std::vector<double>& hard, Random& random) {
  Units units;
  for (int i = 0; i < count; ++i) {
    const auto bytes = static_cast<int64_t>(100 + random.below(200));
    const double bits = level + hard[static_cast<size_t>(i)];
    units.push_back(
        {.nats = bits * std::numbers::ln2 * static_cast<double>(bytes),
         .tokens = bytes / 4,
         .bytes = bytes,
         .words = bytes / 6});
  }
  return units;
}

std::vector<double> draw_normals(int count, double deviation, Random& random) {
  std::vector<double> values;
  for (int i = 0; i < count; ++i) values.push_back(deviation * normal(random));
  return values;
}

TEST(Bootstrap, EqualsNumpysOnTheGolden) {
  const Json golden =
      read_json(testing::source_dir() / "tests/golden/bootstrap.json");
  std::vector<Units> models;
  for (const Json& model : golden["models"]) {
    Units units(model["nats"].size());
    for (size_t u = 0; u < units.size(); ++u) {
      units[u].nats = model["nats"][u];
      units[u].tokens = model["tokens"][u];
      units[u].bytes = model["bytes"][u];
      units[u].words = model["words"][u];
    }
    models.push_back(units);
  }
  const auto intervals = bootstrap_intervals(models, 1);
  ASSERT_EQ(intervals.size(), 2u);
  for (size_t m = 0; m < 2; ++m) {
    // The standard error of a ratio to first order.
    LossSum sum;
    for (const LossSum& unit : models[m]) sum += unit;
    double squares = 0;
    for (const LossSum& unit : models[m]) {
      const double bits = unit.nats / std::numbers::ln2;
      const auto bytes = static_cast<double>(unit.bytes);
      squares += std::pow(bits - sum.bits_per_byte() * bytes, 2);
    }
    const double error = std::sqrt(squares) / static_cast<double>(sum.bytes);
    EXPECT_NEAR(intervals[m].bits_per_byte_deviation, error, 0.05 * error);
    const Json& expected = golden["models"][m]["intervals"];
    const auto near = [&](const Interval& interval, const char* name) {
      const double low = expected[name][0];
      const double high = expected[name][1];
      // A quantile near 2.5 % of 10,000 draws varies by 1.4 % of the interval
      // from draw to draw: four times that.
      const double tolerance = 0.056 * (high - low);
      EXPECT_NEAR(interval.low, low, tolerance) << name;
      EXPECT_NEAR(interval.high, high, tolerance) << name;
    };
    near(intervals[m].nats_per_token, "nats_per_token");
    near(intervals[m].perplexity, "perplexity");
    near(intervals[m].bits_per_byte, "bits_per_byte");
    near(intervals[m].word_perplexity, "word_perplexity");
    near(intervals[m].bits_per_byte_difference, "bits_per_byte_difference");
  }
  EXPECT_EQ(intervals[0].bits_per_byte_difference.low, 0);
  EXPECT_EQ(intervals[0].bits_per_byte_difference.high, 0);
}

TEST(Bootstrap, CoversTheTruthInNineteenOfTwentySamples) {
  const int samples = 300;
  int covered = 0;
  for (int sample = 0; sample < samples; ++sample) {
    Random random(1000 + static_cast<uint64_t>(sample));
    const auto hard = draw_normals(40, 0.3, random);
    const std::vector<Units> model = {draw_units(40, 2.0, hard, random)};
    const Interval interval =
        bootstrap_intervals(model, 2).front().bits_per_byte;
    covered += interval.low <= 2.0 && 2.0 <= interval.high;
  }
  // Binomial: 285 +- 3.8; three of those, for the samples are always these.
  EXPECT_GE(covered, 285 - 12);
  EXPECT_LE(covered, 285 + 12);
}

/// Pieces of 100 bytes of articles that have from one to hundreds of them, a
/// few having most of the text (their number is log-normal). A piece is as hard
/// as its article, and like the piece before it; its mean is 2 bits per byte.
std::vector<Units> draw_articles(int count, Random& random) {
  std::vector<Units> articles;
  for (int i = 0; i < count; ++i) {
    const auto normal = draw_normals(2, 1.0, random);
    const auto pieces = static_cast<size_t>(std::exp(1.5 + normal[0])) + 1;
    double noise = 0;
    Units& article = articles.emplace_back();
    for (const double fresh : draw_normals(pieces, 0.2, random)) {
      noise = 0.7 * noise + fresh;
      const double bits = 100 * (2.0 + 0.3 * normal[1] + noise);
      article.push_back(
          {.nats = bits * std::numbers::ln2,
           .tokens = 25,
           .bytes = 100,
           .words = 18});
    }
  }
  return articles;
}

TEST(Bootstrap, WholeArticlesCoverTheTruthWhereTheirPiecesDoNot) {
  const int samples = 200;
  int by_article = 0, by_piece = 0;
  for (int sample = 0; sample < samples; ++sample) {
    Random random(5000 + static_cast<uint64_t>(sample));
    Units articles, pieces;
    for (const Units& article : draw_articles(100, random)) {
      LossSum& sum = articles.emplace_back();
      for (const LossSum& piece : article) sum += piece;
      pieces.insert(pieces.end(), article.begin(), article.end());
    }
    const auto covers = [](const Units& units) {
      const Interval interval =
          bootstrap_intervals(std::vector<Units>{units}, 2)
              .front()
              .bits_per_byte;
      return interval.low <= 2.0 && 2.0 <= interval.high;
    };
    by_article += covers(articles);
    if (sample < 50) by_piece += covers(pieces);
  }
  // Binomial: 190 +- 3.1; sizes with so heavy a tail cost some coverage: 90 %.
  EXPECT_GE(by_article, 180);
  // The variance of the mean is some 4 times what pieces say: 2 Phi(1.96 / 2)
  // - 1 = 67 % of 50, three deviations above.
  EXPECT_LE(by_piece, 43);
}

TEST(Bootstrap, SameBitsOnAnyThreads) {
  Random random(3);
  const auto hard = draw_normals(50, 0.3, random);
  const std::vector<Units> model = {draw_units(50, 2.0, hard, random)};
  const auto one = bootstrap_intervals(model, 1).front();
  const auto three = bootstrap_intervals(model, 3).front();
  EXPECT_EQ(one.bits_per_byte.low, three.bits_per_byte.low);
  EXPECT_EQ(one.word_perplexity.high, three.word_perplexity.high);
  EXPECT_LT(one.bits_per_byte.low, one.bits_per_byte.high);
}

TEST(Bootstrap, ResamplesWithNothingToDivideByLeaveAnEndOpen) {
  const LossSum full{.nats = 8, .tokens = 4, .bytes = 8, .words = 2};
  LossSum wordless = full;
  wordless.words = 0;
  const std::vector<Units> mixed = {{full, wordless}};
  const auto interval = bootstrap_intervals(mixed, 1).front();
  EXPECT_DOUBLE_EQ(interval.nats_per_token.low, 2);
  EXPECT_DOUBLE_EQ(interval.nats_per_token.high, 2);
  EXPECT_DOUBLE_EQ(interval.word_perplexity.low, std::exp(4));
  EXPECT_TRUE(std::isinf(interval.word_perplexity.high));
}

TEST(Bootstrap, OneUnitHasNoInterval) {
  const std::vector<Units> one = {
      {LossSum{.nats = 1, .tokens = 1, .bytes = 1}}};
  EXPECT_TRUE(bootstrap_intervals(one, 1).empty());
  EXPECT_TRUE(bootstrap_intervals({}, 1).empty());
}

} // namespace
} // namespace nanobrain
