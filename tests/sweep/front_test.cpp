#include "nanobrain/sweep/front.h"

#include <algorithm>
#include <numeric>

#include "nanobrain/base/random.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

struct Point {
  double cost;
  std::vector<double> losses;
};

BySeed by_seed(const std::vector<double>& values) {
  BySeed cell;
  for (const double value : values) cell[std::ssize(cell)] = value;
  return cell;
}

std::string names_of(const std::vector<OnFront>& front) {
  std::string text;
  for (const OnFront on : front) {
    if (!text.empty()) text += ' ';
    text += name(on);
  }
  return text;
}

std::string front_of(const std::vector<Point>& points) {
  std::vector<BySeed> cells;
  std::vector<FrontPoint> front;
  for (const Point& point : points) {
    front.push_back({cells.size(), point.cost, point.losses.size() > 1});
    cells.push_back(by_seed(point.losses));
  }
  return names_of(pareto_front(GridModel(cells), front));
}

/// A point whose cost was measured as often as its loss.
struct TimedPoint {
  std::vector<double> costs;
  std::vector<double> losses;
};

std::string timed_front_of(const std::vector<TimedPoint>& points) {
  std::vector<BySeed> losses, costs;
  std::vector<FrontPoint> front;
  for (const auto& [cost, loss] : points) {
    const double mean = std::accumulate(cost.begin(), cost.end(), 0.0) /
                        static_cast<double>(cost.size());
    front.push_back({losses.size(), mean, loss.size() > 1});
    losses.push_back(by_seed(loss));
    costs.push_back(by_seed(cost));
  }
  return names_of(pareto_front(GridModel(losses), front, GridModel(costs)));
}

/// Three runs about a mean; no seed moves two cells alike.
std::vector<double> about(double mean, double spread, int turn = 0) {
  std::vector<double> runs = {
      mean - spread, mean + spread / 3, mean + spread * 2 / 3};
  std::rotate(runs.begin(), runs.begin() + turn % 3, runs.end());
  return runs;
}

TEST(Front, ByHand) {
  // All differences are a hundred times the noise.
  EXPECT_EQ(
      front_of(
          {{1, about(3, 0.01)},
           {2, about(2, 0.01, 1)},
           {2, about(2.5, 0.01, 2)},
           {3, about(2.2, 0.01)},
           {4, about(1, 0.01, 1)}}),
      "on on off off on");
  // The dearer one gains a tenth of the noise.
  EXPECT_EQ(
      front_of({{1, about(2, 0.1)}, {2, about(1.99, 0.1, 1)}}), "on noise");
  // And may be on it where it loses as little.
  EXPECT_EQ(
      front_of({{1, about(2, 0.1)}, {2, about(2.01, 0.1, 1)}}), "on off_noise");
  // Of two that cost the same the better one may be so by chance.
  EXPECT_EQ(
      front_of({{1, about(2, 0.1)}, {1, about(1.99, 0.1, 1)}}),
      "off_noise noise");
  EXPECT_EQ(front_of({{1, {2, 2}}, {1, {2, 2}}}), "on on"); // equal
}

TEST(Front, OneRunIsNeverSure) {
  EXPECT_EQ(
      front_of({{1, {2.0}}, {2, {1.9}}, {3, {1.95}}}), "noise noise off_noise");
  // The noise of the others tells that it is off, not that it is on.
  const auto calm = about(2, 0.001);
  const auto calmer = about(1.9, 0.001, 1);
  EXPECT_EQ(front_of({{1, calm}, {2, calmer}, {3, {1.5}}}), "on on noise");
  EXPECT_EQ(front_of({{1, calm}, {2, calmer}, {3, {2.5}}}), "on on off");
}

TEST(Front, ACostThatIsAnEstimateMarksThePlacesThatItLeavesOpen) {
  const auto good = about(2, 0.01);
  const auto better = about(1, 0.01, 1);
  // As above where the costs are as clear as the losses.
  EXPECT_EQ(
      timed_front_of(
          {{about(1, 0.01, 2), good},
           {about(2, 0.01), better},
           {about(3, 0.01, 1), about(1.5, 0.01, 2)}}),
      "on on off");
  // Which of two is the faster is chance: the worse one may not be on it.
  EXPECT_EQ(
      timed_front_of({{about(1, 0.1, 2), good}, {about(1.01, 0.1), better}}),
      "noise on");
  // Nor be off it.
  EXPECT_EQ(
      timed_front_of({{about(1.01, 0.1, 2), good}, {about(1, 0.1), better}}),
      "off_noise on");
  // The slower one surely loses, to one that surely is faster.
  EXPECT_EQ(
      timed_front_of(
          {{about(1, 0.01, 2), better},
           {about(1.01, 0.01), better},
           {about(2, 0.01, 1), good}}),
      "noise off_noise off");
  // Of one run nothing is sure.
  EXPECT_EQ(
      timed_front_of({{{1.0}, {2.0}}, {{2.0}, {1.0}}, {{3.0}, {1.5}}}),
      "noise noise off_noise");
}

// Of equal models times and losses are chance alone.
TEST(Front, WithTimesIsJudgedAsAFamilyToo) {
  Random random(11);
  const auto runs = [&] {
    std::vector<double> three;
    for (int seed = 0; seed < 3; ++seed) {
      three.push_back(5 + random.uniform() + random.uniform());
    }
    return three;
  };
  int sure = 0;
  for (int trial = 0; trial < 300; ++trial) {
    std::vector<TimedPoint> points;
    for (int i = 0; i < 6; ++i) points.push_back({runs(), runs()});
    const std::string front = " " + timed_front_of(points) + " ";
    sure +=
        front.find(" on ") != front.npos || front.find(" off ") != front.npos;
  }
  EXPECT_LE(sure, 300 * 0.08);
}

// Many points of one true loss: some look better than all cheaper ones by
// chance, and that is what they are marked as.
TEST(Front, IsJudgedAsAFamily) {
  Random random(7);
  int sure = 0;
  for (int trial = 0; trial < 300; ++trial) {
    std::vector<Point> points;
    for (int i = 0; i < 10; ++i) {
      Point& point = points.emplace_back(Point{static_cast<double>(i), {}});
      for (int seed = 0; seed < 3; ++seed) {
        point.losses.push_back(random.uniform() + random.uniform());
      }
    }
    const std::string front = front_of(points);
    // The cheapest one has no rival.
    sure += front.find(" on") != front.npos || front.find("off ") == 0 ||
            front.find(" off ") != front.npos || front.ends_with(" off");
  }
  EXPECT_LE(sure, 300 * 0.08); // 5 %, and three standard deviations
}

TEST(Front, IsWhatIsLeftOfASortByCost) {
  Random random(5);
  for (int trial = 0; trial < 200; ++trial) {
    std::vector<Point> points;
    for (int i = 0; i < 12; ++i) {
      // Few values, so that some are equal.
      const auto cost = static_cast<double>(random.below(6));
      points.push_back({cost, {static_cast<double>(random.below(6))}});
    }
    // A second derivation: a point stays where its loss is under all cheaper
    // ones' and no more than its equals in cost.
    std::vector<BySeed> cells;
    std::vector<FrontPoint> front;
    for (const Point& point : points) {
      front.push_back({cells.size(), point.cost, false});
      cells.push_back({{1, point.losses[0]}});
    }
    const auto marks = pareto_front(GridModel(cells), front);
    for (size_t i = 0; i < points.size(); ++i) {
      const double loss = points[i].losses[0];
      const bool on = std::ranges::none_of(points, [&](const Point& other) {
        const double rival = other.losses[0];
        return other.cost < points[i].cost    ? rival <= loss
               : other.cost == points[i].cost ? rival < loss
                                              : false;
      });
      EXPECT_EQ(is_on(marks[i]), on);
    }
  }
}

} // namespace
} // namespace nanobrain
