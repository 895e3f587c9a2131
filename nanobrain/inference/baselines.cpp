#include "nanobrain/inference/baselines.h"

#include <fmt/format.h>

#include "nanobrain/base/table.h"

namespace nanobrain {

Json defeats(const LossSum& model, std::span<const Baseline> baselines) {
  Json rows = Json::array();
  for (const auto& [name, loss] : baselines) {
    if (loss.nats >= model.nats) continue;
    rows.push_back(
        {{"name", name},
         {"bits_per_byte",
          number_or_null(model.bits_per_byte() - loss.bits_per_byte())}});
  }
  return rows;
}

std::string describe_defeats(const Json& defeats) {
  std::string text;
  for (const Json& row : defeats) {
    const std::string name = row["name"];
    text += fmt::format(
        "{} to the {} by {}",
        text.empty() ? "LOSES" : ",",
        name.substr(0, name.find(" (")),
        row["bits_per_byte"].is_null()
            ? "-"
            : format_value(row["bits_per_byte"], "{:.4f}"));
  }
  return text.empty() ? text : text + " bits per byte";
}

} // namespace nanobrain
