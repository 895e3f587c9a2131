#include "nanobrain/sweep/steps_to_target.h"

#include "nanobrain/sweep/statistics.h"

namespace nanobrain {

std::optional<double> steps_to_target(
    const std::vector<Json>& metrics, double target) {
  std::optional<double> reached;
  double step_before = 0;
  double bits_before = kNan;
  for (const Json& record : metrics) {
    if (!record.contains("val_bits_per_byte")) continue;
    const Json& value = record["val_bits_per_byte"];
    const double step = record.at("step");
    const double bits = value.is_number() ? value.get<double>() : kNan;
    if (!reached && bits <= target) {
      // NaN where nothing is before it, or what is not finite.
      const double part = (bits_before - target) / (bits_before - bits);
      reached =
          std::isnan(part) ? step : step_before + part * (step - step_before);
    }
    step_before = step;
    bits_before = bits;
  }
  return bits_before <= target ? reached : std::nullopt;
}

} // namespace nanobrain
