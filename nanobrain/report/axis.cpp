#include "nanobrain/report/axis.h"

#include <fmt/format.h>

#include <cmath>

namespace nanobrain {

namespace {

constexpr double kLogarithmicSpan = 4;

std::vector<double> even_ticks(double low, double high) {
  double step = std::pow(10, std::floor(std::log10((high - low) / 4)));
  for (const double times : {5.0, 2.0}) {
    if ((high - low) / (step * times) >= 4) {
      step *= times;
      break;
    }
  }
  std::vector<double> at;
  // Counted, for a sum of steps would drift off the round numbers.
  for (double k = std::ceil(low / step); k * step <= high; ++k) {
    at.push_back(k * step + 0.0); // -0.0 + 0.0 is 0.0
  }
  return at;
}

/// The powers of ten of every so-many-th decade, times each of the factors.
std::vector<double> decade_ticks(
    double low, double high, int every, std::initializer_list<double> factors) {
  std::vector<double> at;
  const auto last = static_cast<int>(std::floor(std::log10(high)));
  for (auto k = static_cast<int>(std::floor(std::log10(low))); k <= last; ++k) {
    if (k % every != 0) continue;
    for (const double times : factors) {
      const double v = times * std::pow(10, k);
      if (v >= low && v <= high) at.push_back(v);
    }
  }
  return at;
}

} // namespace

Axis::Axis(double low, double high, double at_low, double at_high)
    : low_(low),
      high_(high),
      at_low_(at_low),
      at_high_(at_high),
      logarithmic_(low > 0 && high / low >= kLogarithmicSpan) {}

double Axis::operator()(double v) const {
  const double share = logarithmic_
                           ? std::log(v / low_) / std::log(high_ / low_)
                           : (v - low_) / (high_ - low_);
  return at_low_ + share * (at_high_ - at_low_);
}

std::vector<double> Axis::ticks() const {
  constexpr size_t kFewest = 3;
  constexpr size_t kMost = 10;
  if (!logarithmic_) return even_ticks(low_, high_);
  auto at = decade_ticks(low_, high_, 1, {1, 2, 5});
  if (at.size() < kFewest) return even_ticks(low_, high_);
  for (int every = 1; at.size() > kMost; ++every) {
    at = decade_ticks(low_, high_, every, {1});
  }
  return at;
}

std::string format_short(double v) {
  constexpr const char* kPrefixes[] = {"", "k", "M", "G", "T", "P", "E"};
  size_t k = 0;
  // What four digits round up to 1000 takes the next prefix, too.
  while (std::abs(v) >= 999.95 && k + 1 < std::size(kPrefixes)) {
    v /= 1000;
    ++k;
  }
  return fmt::format("{:.4g}{}{}", v, k == 0 ? "" : " ", kPrefixes[k]);
}

} // namespace nanobrain
