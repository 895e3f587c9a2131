#include "nanobrain/report/axis.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "nanobrain/base/random.h"

namespace nanobrain {
namespace {

/// v as m in v = m * 10^k, 1 <= m < 10.
double mantissa(double v) {
  return v / std::pow(10, std::floor(std::log10(v) + 1e-9));
}

bool is_one_two_or_five(double v) {
  const double m = mantissa(v);
  return std::abs(m - 1) < 1e-6 || std::abs(m - 2) < 1e-6 ||
         std::abs(m - 5) < 1e-6;
}

/// Multiples of 1, 2 or 5 times a power of ten, all at one distance.
bool are_even(const std::vector<double>& ticks) {
  const double step =
      (ticks.back() - ticks.front()) / static_cast<double>(ticks.size() - 1);
  for (const double v : ticks) {
    if (std::abs(v / step - std::round(v / step)) > 1e-4) return false;
  }
  return is_one_two_or_five(step);
}

/// What every axis promises of its ticks.
void expect_good_ticks(double low, double high) {
  const auto ticks = Axis(low, high, 0, 1).ticks();
  SCOPED_TRACE(std::to_string(low) + " to " + std::to_string(high));
  ASSERT_GE(ticks.size(), 3u);
  EXPECT_LE(ticks.size(), 10u);
  for (size_t i = 0; i < ticks.size(); ++i) {
    EXPECT_GE(ticks[i], low);
    EXPECT_LE(ticks[i], high);
    if (i > 0) {
      EXPECT_GT(ticks[i], ticks[i - 1]);
    }
  }
  const bool of_decades = std::all_of(ticks.begin(), ticks.end(), [](double v) {
    return v > 0 && is_one_two_or_five(v);
  });
  EXPECT_TRUE(of_decades || are_even(ticks));
}

TEST(Axis, LeadsItsEndsToWhereTheyAreDrawn) {
  for (const double high : {2.5, 2000.0}) { // evenly, by logarithms
    const Axis axis(2, high, 378, 44);
    EXPECT_DOUBLE_EQ(axis(2), 378);
    EXPECT_DOUBLE_EQ(axis(high), 44);
  }
  EXPECT_DOUBLE_EQ(Axis(2, 3, 100, 500)(2.25), 200);
}

TEST(Axis, IsLogarithmicFromAFactorOfFour) {
  EXPECT_DOUBLE_EQ(Axis(1, 4, 0, 100)(2), 50);
  EXPECT_DOUBLE_EQ(Axis(1, 3.9, 0, 100)(2), 100 / 2.9);
  // There is no logarithm of these.
  EXPECT_DOUBLE_EQ(Axis(0, 100, 0, 100)(50), 50);
  EXPECT_DOUBLE_EQ(Axis(-100, 100, 0, 100)(0), 50);
}

TEST(Axis, HasAFewRoundTicksBetweenItsEnds) {
  Random random(4);
  for (int trial = 0; trial < 2000; ++trial) {
    // Spans from a ten-thousandth of a figure to 15 decades.
    const double low = std::pow(10, -6 + 20 * random.uniform());
    const double span = std::pow(10, -4 + 6 * random.uniform());
    expect_good_ticks(low, low * (1 + span));
    expect_good_ticks(low, low * std::pow(10, 1 + 14 * random.uniform()));
    expect_good_ticks(-low, -low + low * span);
  }
}

TEST(Axis, HasNoNegativeZero) {
  for (const double low : {-0.25, -1e-9}) {
    for (const double v : Axis(low, 1.5, 0, 1).ticks()) {
      EXPECT_FALSE(v == 0 && std::signbit(v)) << low;
    }
  }
}

TEST(FormatShort, GivesFourDigitsAndAPrefix) {
  EXPECT_EQ(format_short(0), "0");
  EXPECT_EQ(format_short(12.5), "12.5");
  EXPECT_EQ(format_short(999.4), "999.4");
  EXPECT_EQ(format_short(1000), "1 k");
  EXPECT_EQ(format_short(730'000), "730 k");
  EXPECT_EQ(format_short(2'180'000), "2.18 M");
  EXPECT_EQ(format_short(-2'314'240), "-2.314 M");
  EXPECT_EQ(format_short(1.5e18), "1.5 E");
  // What rounds up to a thousand takes the next prefix.
  EXPECT_EQ(format_short(999.96), "1 k");
  EXPECT_EQ(format_short(999'960), "1 M");
}

TEST(FormatShort, IsReadBackToFourDigits) {
  const std::string prefixes = " kMGTPE";
  Random random(7);
  for (int trial = 0; trial < 2000; ++trial) {
    const double v = std::pow(10, 20 * random.uniform());
    const std::string text = format_short(v);
    size_t end = 0;
    const double shown = std::stod(text, &end);
    EXPECT_LT(shown, 1000) << text;
    const char prefix = end < text.size() ? text.back() : ' ';
    const auto power = static_cast<double>(prefixes.find(prefix));
    EXPECT_NEAR(shown * std::pow(1000, power) / v, 1, 0.5e-3) << text;
  }
}

} // namespace
} // namespace nanobrain
