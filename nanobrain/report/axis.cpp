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
    at.push_back(k * step);
  }
  return at;
}

std::vector<double> decade_ticks(double low, double high) {
  std::vector<double> at;
  for (double decade = std::pow(10, std::floor(std::log10(low)));
       decade <= high;
       decade *= 10) {
    for (const double times : {1.0, 2.0, 5.0}) {
      const double v = decade * times;
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
  if (logarithmic_) {
    auto at = decade_ticks(low_, high_);
    if (at.size() >= kFewest) return at;
  }
  return even_ticks(low_, high_);
}

std::string format_short(double v) {
  constexpr const char* kPrefixes[] = {"", "k", "M", "G", "T", "P", "E"};
  size_t k = 0;
  while (std::abs(v) >= 1000 && k + 1 < std::size(kPrefixes)) {
    v /= 1000;
    ++k;
  }
  return fmt::format("{:.4g}{}{}", v, k == 0 ? "" : " ", kPrefixes[k]);
}

} // namespace nanobrain
