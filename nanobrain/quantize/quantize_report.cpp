#include "nanobrain/quantize/quantize_report.h"

#include <fmt/format.h>

#include "nanobrain/base/progress.h"

namespace nanobrain {

namespace {

constexpr int64_t kF32Bytes = 4; // a parameter

Json to_json(const std::vector<NamedError>& errors) {
  Json json = Json::object();
  for (const auto& [name, error] : errors) json[name] = error;
  return json;
}

std::string format_errors(
    const char* heading, const std::vector<NamedError>& errors) {
  if (errors.empty()) return "";
  std::string text = fmt::format("\n{:<24}{:>12}\n", heading, "error");
  for (const auto& [name, error] : errors) {
    text += fmt::format("{:<24}{:>12.3g}\n", name, error);
  }
  return text;
}

std::string format_row(
    const QuantizeReport& report, const MethodQuality& quality) {
  const std::string& method = quality.method;
  if (!quality.unavailable.empty()) {
    return fmt::format(
        "{:<24}not available: {}\n", method, quality.unavailable);
  }
  std::string row =
      fmt::format("{:<24}{:>12.5f}", method, quality.loss.bits_per_byte());
  if (&quality == &report.methods.front()) return row + "\n";
  const double delta = report.bits_per_byte_delta(quality);
  const double f32 = report.methods.front().loss.bits_per_byte();
  return row + fmt::format(
                   "{:>+12.5f}{:>+11.3f} %{:>12.3g}{:>11.2f} %\n",
                   delta,
                   100 * delta / f32,
                   quality.kl_nats,
                   100 * quality.same_top1);
}

} // namespace

double QuantizeReport::bits_per_byte_delta(const MethodQuality& method) const {
  return method.loss.bits_per_byte() - methods.front().loss.bits_per_byte();
}

Json QuantizeReport::to_json() const {
  Json json = {
      {"output", output.string()},
      {"bytes", bytes},
      {"f32_bytes", f32_bytes},
      {"bits_per_byte_delta",
       methods.empty() ? Json(nullptr) : Json(bits_per_byte_delta(methods[1]))},
      {"parts", Json::array()},
      {"weight_errors", nanobrain::to_json(matrices)},
      {"block_errors", nanobrain::to_json(blocks)},
      {"methods", Json::array()}};
  for (const PartBytes& part : parts) {
    json["parts"].push_back(
        {{"part", part.name},
         {"parameters", part.parameters},
         {"f32_bytes", kF32Bytes * part.parameters},
         {"int8_bytes", part.int8_bytes}});
  }
  for (const MethodQuality& quality : methods) {
    const bool available = quality.unavailable.empty();
    Json row = {{"method", quality.method}, {"available", available}};
    if (available) {
      row.update(quality.loss.to_json());
      row["bits_per_byte_delta"] = bits_per_byte_delta(quality);
      row["kl_nats"] = quality.kl_nats;
      row["same_top1"] = quality.same_top1;
    } else {
      row["unavailable"] = quality.unavailable;
    }
    json["methods"].push_back(row);
  }
  return json;
}

std::string QuantizeReport::to_text() const {
  std::string text = fmt::format(
      "wrote {}: model.int8.safetensors {} ({} bytes), f32 {}\n\n"
      "{:<24}{:>12}{:>12}{:>12}\n",
      output.string(),
      format_bytes(static_cast<double>(bytes)),
      format_count(bytes),
      format_bytes(static_cast<double>(f32_bytes)),
      "part",
      "parameters",
      "f32 bytes",
      "int8 bytes");
  for (const PartBytes& part : parts) {
    text += fmt::format(
        "{:<24}{:>12}{:>12}{:>12}\n",
        part.name,
        format_count(part.parameters),
        format_count(kF32Bytes * part.parameters),
        format_count(part.int8_bytes));
  }
  text += format_errors("weights of", matrices);
  text += format_errors("outputs of", blocks);
  if (methods.empty()) return text;
  text += fmt::format(
      "\n{:<24}{:>12}{:>12}{:>13}{:>12}{:>13}\n",
      fmt::format("{} tokens", format_count(methods.front().loss.tokens)),
      "bits/byte",
      "less f32",
      "of f32",
      "KL, nats",
      "same top-1");
  for (const MethodQuality& quality : methods) {
    text += format_row(*this, quality);
  }
  return text;
}

} // namespace nanobrain
