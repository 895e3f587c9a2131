#include <fmt/format.h>

#include <vector>

#include "nanobrain/base/table.h"
#include "nanobrain/inference/comparison_table.h"

namespace nanobrain {

namespace {

constexpr const char* kFigures[] = {
    "nats_per_token",
    "perplexity",
    "bits_per_byte",
    "bits_per_byte_difference",
    "word_perplexity"};

} // namespace

std::string comparison_csv(const ComparisonReport& report) {
  const Json json = report.to_json();
  std::string text = "model,published,context,stride,text,tokens";
  for (const char* figure : kFigures) {
    text += fmt::format(",{0},{0}_low,{0}_high", figure);
  }
  text += ",parameters,model_bytes,tokens_per_s,source\n";
  for (const Json& row : json["rows"]) {
    const bool published = row["published"].get<bool>();
    const Json& windows = published ? row : json;
    const Json& name = published ? row["text"] : json["text"]["sha256"];
    // null for a published figure, and for a text too short to be parted
    const Json intervals = row.value("intervals", Json());
    std::vector<Json> fields = {
        row["model"],
        row["published"],
        windows["context"],
        windows["stride"],
        name,
        row["tokens"]};
    for (const char* figure : kFigures) {
      const Json ends = intervals.is_object() ? intervals[figure]
                                              : Json::array({nullptr, nullptr});
      fields.insert(
          fields.end(), {row.value(figure, Json()), ends[0], ends[1]});
    }
    for (const char* key :
         {"parameters", "model_bytes", "tokens_per_s", "source"}) {
      fields.push_back(row.value(key, Json()));
    }
    text += csv_line(fields);
  }
  return text;
}

} // namespace nanobrain
