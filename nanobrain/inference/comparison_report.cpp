#include "nanobrain/inference/comparison_report.h"

#include <fmt/ranges.h>

#include <cmath>
#include <set>

#include "nanobrain/base/fields.h"

namespace nanobrain {

namespace {

Json finite(double value) {
  return std::isfinite(value) ? Json(value) : Json(nullptr);
}

Json to_json(const Interval& interval) {
  return Json::array({finite(interval.low), finite(interval.high)});
}

Json to_json(const std::optional<LossIntervals>& intervals) {
  if (!intervals) return nullptr;
  return {
      {"nats_per_token", to_json(intervals->nats_per_token)},
      {"perplexity", to_json(intervals->perplexity)},
      {"bits_per_byte", to_json(intervals->bits_per_byte)},
      {"word_perplexity", to_json(intervals->word_perplexity)},
      {"bits_per_byte_difference",
       to_json(intervals->bits_per_byte_difference)}};
}

Json model_row(const ComparisonReport& report, const ComparedModel& model) {
  Json row = {
      {"model", model.name},
      {"published", false},
      {"tokenizer", model.tokenizer}};
  row.update(model.loss.to_json());
  row["intervals"] = to_json(model.intervals);
  row["bits_per_byte_difference"] = finite(report.difference(model));
  row["parameters"] = model.parameters;
  row["precision"] = model.precision;
  row["model_bytes"] = model.file_bytes;
  row["tokens_per_s"] = static_cast<double>(model.loss.tokens) / model.seconds;
  return row;
}

Json published_row(
    const PublishedModel& model,
    const PublishedFigure& figure,
    const std::string& sha256) {
  Json row = {{"model", model.model}, {"published", true}};
  row.update(write_fields(figure));
  const auto bits_per_byte = figure.bits_per_byte(sha256);
  row["same_text"] = figure.is_of(sha256);
  row["bits_per_byte"] = bits_per_byte ? Json(*bits_per_byte) : Json(nullptr);
  row["parameters"] =
      model.parameters ? Json(*model.parameters) : Json(nullptr);
  return row;
}

} // namespace

double ComparisonReport::difference(const ComparedModel& model) const {
  return model.loss.bits_per_byte() - models.front().loss.bits_per_byte();
}

std::string ComparisonReport::precision() const {
  std::set<std::string> precisions;
  for (const ComparedModel& model : models) precisions.insert(model.precision);
  return fmt::format("{}", fmt::join(precisions, ", "));
}

Json ComparisonReport::to_json() const {
  Json json = {
      {"protocol", protocol_name(protocol)},
      {"context", context},
      {"stride", stride},
      {"text",
       {{"documents", text.documents},
        {"bytes", text.bytes},
        {"skipped", text.skipped},
        {"repaired", text.repaired},
        {"sha256", text.sha256.empty() ? Json(nullptr) : Json(text.sha256)}}},
      {"intervals",
       {{"confidence", 0.95},
        {"resamples", kResamples},
        {"unit", units.block_bytes == 0 ? "document" : "block"},
        {"units", units.count},
        {"block_bytes",
         units.block_bytes == 0 ? Json(nullptr) : Json(units.block_bytes)}}},
      {"precision", precision()},
      {"threads", threads},
      {"rows", Json::array()}};
  for (const ComparedModel& model : models) {
    json["rows"].push_back(model_row(*this, model));
  }
  if (published) {
    for (const PublishedFigure& figure : published->figures) {
      json["rows"].push_back(published_row(*published, figure, text.sha256));
    }
  }
  return json;
}

} // namespace nanobrain
