#include "nanobrain/sweep/statistics.h"

#include <algorithm>
#include <cmath>

#include "nanobrain/base/error.h"
#include "nanobrain/base/random.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

BySeed seeds(const std::vector<double>& values) {
  BySeed all;
  for (const double v : values) all[std::ssize(all)] = v;
  return all;
}

// With 1 and 2 degrees of freedom the distribution has a closed form.
TEST(Statistics, TailsOfStudentsTAreThoseOfTheClosedForms) {
  for (const double t : {0.0, 0.1, 0.5, 1.0, 2.5, 10.0, 300.0}) {
    EXPECT_NEAR(student_t_two_sided(t, 1), 1 - 2 / M_PI * std::atan(t), 1e-13)
        << t;
    EXPECT_NEAR(student_t_two_sided(t, 2), 1 - t / std::sqrt(2 + t * t), 1e-13)
        << t;
  }
}

// SciPy's own quantiles are good to 1e-10 or so at few degrees of freedom.
TEST(Statistics, AgreeWithSciPy) {
  const Json golden =
      read_json(testing::source_dir() / "tests/golden/statistics.json");
  for (const Json& q : golden["quantiles"]) {
    const auto t = q["t"].get<double>();
    EXPECT_NEAR(student_t_quantile(q["p"], q["degrees"]), t, 1e-9 * t) << q;
  }
  for (const Json& tail : golden["tails"]) {
    const auto p = tail["two_sided"].get<double>();
    // 1e-15: what is left of a tail after 1 - (the middle).
    EXPECT_NEAR(
        student_t_two_sided(tail["t"], tail["degrees"]), p, 1e-9 * p + 1e-15)
        << tail;
  }
  for (const Json& sample : golden["samples"]) {
    const auto a = sample["a"].get<std::vector<double>>();
    const auto b = sample["b"].get<std::vector<double>>();
    const auto expect = [&](const char* key, double got) {
      // Losses near 2 lose 9 digits in differences near 0.002.
      EXPECT_NEAR(got, sample[key].get<double>(), 1e-11)
          << key << " of " << a.size();
    };
    const Estimate e = estimate(a);
    expect("mean", e.mean);
    expect("sd", e.sd);
    expect("low", e.low);
    expect("high", e.high);
    const PairedDifference d = *paired_difference(seeds(a), seeds(b));
    expect("difference", d.difference.mean);
    expect("difference_low", d.difference.low);
    expect("difference_high", d.difference.high);
    expect("p", d.p);
  }
}

TEST(Statistics, EstimateByHand) {
  const Estimate e = estimate({1, 2, 6});
  EXPECT_DOUBLE_EQ(e.mean, 3);
  EXPECT_DOUBLE_EQ(e.sd, std::sqrt(7)); // (4 + 1 + 9) / 2
  EXPECT_NEAR(e.high - e.mean, 4.303 * std::sqrt(7.0 / 3), 1e-3);
  EXPECT_DOUBLE_EQ(e.mean - e.low, e.high - e.mean);
  EXPECT_EQ(e.to_json()["values"].size(), 3u);

  const Estimate one = estimate({5});
  EXPECT_EQ(one.mean, 5);
  EXPECT_FALSE(one.has_interval());
  EXPECT_TRUE(one.to_json()["low"].is_null());
  EXPECT_ERROR(Error, "there is no value", estimate({}));
}

TEST(Statistics, PairsCancelWhatTheyShare) {
  // Seeds differ by far more than cells do.
  const BySeed a = seeds({1.0, 5.0, 9.0});
  const BySeed b = seeds({1.1, 5.1, 9.4});
  const auto d = *paired_difference(a, b);
  EXPECT_NEAR(d.difference.mean, 0.2, 1e-12);
  EXPECT_NEAR(d.difference.sd, std::sqrt(0.03), 1e-12);
  // t = 0.2 / (0.1732 / sqrt 3) = 2; P(|T| >= 2) with 2 degrees of freedom.
  EXPECT_NEAR(d.p, 1 - 2 / std::sqrt(6.0), 1e-9);
  EXPECT_GT(paired_difference(b, a)->difference.high, 0);
  EXPECT_EQ(paired_difference(a, a)->p, 1);
  // Over the seeds that both have.
  const auto one = *paired_difference(a, {{0, 3.0}, {7, 1.0}});
  EXPECT_EQ(one.difference.mean, 2);
  EXPECT_TRUE(std::isnan(one.p));
  EXPECT_FALSE(paired_difference(a, {{7, 1.0}}));
}

ParetoPoint point(double cost, double loss, double spread = 0) {
  return {
      cost,
      {{1, loss - spread}, {2, loss + spread / 3}, {3, loss + spread * 2 / 3}}};
}

TEST(Pareto, ByHand) {
  const auto front = [](const std::vector<ParetoPoint>& points) {
    std::string text;
    for (const OnFront on : pareto_front(points)) text += name(on), text += ' ';
    return text;
  };
  EXPECT_EQ(
      front(
          {point(1, 3), point(2, 2), point(2, 2.5), point(3, 2), point(4, 1)}),
      "on on off off on ");
  EXPECT_EQ(front({point(1, 2), point(1, 2)}), "on on "); // equal
  // The dearer one gains 0.01 at the mean, by differences from -0.1 to 0.07.
  EXPECT_EQ(front({point(1, 2), point(2, 1.99, 0.1)}), "on noise ");
  // Both move alike from seed to seed: the gain is sure.
  EXPECT_EQ(front({point(1, 2, 0.1), point(2, 1.99, 0.1)}), "on on ");
  // Of two that cost the same the better one may be so by chance.
  EXPECT_EQ(front({point(1, 2), point(1, 1.99, 0.1)}), "off noise ");
  // A single common seed says nothing of noise.
  EXPECT_EQ(front({{1, {{1, 2.0}}}, {2, {{1, 1.9}, {2, 2.0}}}}), "on on ");
}

TEST(Pareto, IsWhatIsLeftOfASortByCost) {
  Random random(5);
  for (int trial = 0; trial < 200; ++trial) {
    std::vector<ParetoPoint> points;
    for (int i = 0; i < 12; ++i) {
      // Few values, so that some are equal.
      const auto cost = static_cast<double>(random.below(6));
      points.push_back({cost, {{1, static_cast<double>(random.below(6))}}});
    }
    // A second derivation: by cost, then loss; a point stays where its loss is
    // under all cheaper ones' and no more than its equals in cost.
    const auto front = pareto_front(points);
    for (size_t i = 0; i < points.size(); ++i) {
      const double loss = points[i].losses.at(1);
      const bool on = std::none_of(
          points.begin(), points.end(), [&](const ParetoPoint& other) {
            const double rival = other.losses.at(1);
            return other.cost < points[i].cost    ? rival <= loss
                   : other.cost == points[i].cost ? rival < loss
                                                  : false;
          });
      EXPECT_EQ(front[i] != OnFront::kOff, on);
    }
  }
}

} // namespace
} // namespace nanobrain
