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

Table error_table(const char* heading, const std::vector<NamedError>& errors) {
  Table table{
      .columns = {
          word_column("name", heading),
          {.key = "error", .title = "error", .format = "{:.3g}"}}};
  for (const auto& [name, error] : errors) table.rows.push_back({name, error});
  return table;
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

std::vector<Table> QuantizeReport::tables() const {
  Table part_table{
      .preface = {fmt::format(
          "wrote {}: model.int8.safetensors {} ({} bytes), f32 {}",
          output.string(),
          format_bytes(static_cast<double>(bytes)),
          format_count(bytes),
          format_bytes(static_cast<double>(f32_bytes)))},
      .columns = {
          word_column("part", "part"),
          {.key = "parameters", .title = "parameters", .format = kCount},
          {.key = "f32_bytes", .title = "f32 bytes", .format = kCount},
          {.key = "int8_bytes", .title = "int8 bytes", .format = kCount}}};
  for (const auto& [name, parameters, int8_bytes] : parts) {
    part_table.rows.push_back(
        {name, parameters, kF32Bytes * parameters, int8_bytes});
  }
  std::vector<Table> tables = {part_table};
  if (!matrices.empty()) tables.push_back(error_table("weights of", matrices));
  if (!blocks.empty()) tables.push_back(error_table("outputs of", blocks));
  if (methods.empty()) return tables;
  const LossSum& f32 = methods.front().loss;
  Table table{
      .columns = {
          word_column("method", format_count(f32.tokens) + " tokens"),
          {.key = "bits_per_byte", .title = "bits/byte", .format = "{:.5f}"},
          {.key = "bits_per_byte_delta",
           .title = "less f32",
           .format = "{:+.5f}"},
          {.title = "of f32", .format = "{:+.3f} %"},
          {.key = "kl_nats", .title = "KL, nats", .format = "{:.3g}"},
          {.title = "same top-1", .format = "{:.2f} %"},
          {.key = "same_top1"}}};
  for (const MethodQuality& quality : methods) {
    if (!quality.unavailable.empty()) {
      table.rows.push_back(
          {quality.method,
           nullptr,
           nullptr,
           nullptr,
           nullptr,
           nullptr,
           nullptr});
      table.notes.push_back(
          quality.method + " not available: " + quality.unavailable);
      continue;
    }
    const double bits = quality.loss.bits_per_byte();
    if (&quality == &methods.front()) {
      table.rows.push_back(
          {quality.method, bits, nullptr, nullptr, nullptr, nullptr, nullptr});
      continue;
    }
    const double delta = bits_per_byte_delta(quality);
    table.rows.push_back(
        {quality.method,
         bits,
         delta,
         100 * delta / f32.bits_per_byte(),
         quality.kl_nats,
         100 * quality.same_top1,
         quality.same_top1});
  }
  tables.push_back(table);
  return tables;
}

} // namespace nanobrain
