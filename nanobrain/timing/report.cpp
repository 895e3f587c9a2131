#include "nanobrain/timing/report.h"

#include <iterator>

#include "nanobrain/base/table.h"

namespace nanobrain {

namespace {

const char* name(TimedWork work) {
  switch (work) {
    case TimedWork::kForward:
      return "forward";
    case TimedWork::kPrompt:
      return "prompt";
    case TimedWork::kGenerate:
      return "generate";
  }
  return "";
}

/// Of the median repetition, in any unit.
double speed(TimedWork work, const TimingRow& row) {
  const double seconds = row.seconds.p50;
  return (work == TimedWork::kGenerate ? static_cast<double>(row.tokens) : 1) /
         seconds;
}

Json row_json(const TimingReport& report, const TimingRow& row) {
  const Statistics& s = row.seconds;
  Json json = {
      {"model", row.model},
      {"precision", row.precision},
      {"backend", row.backend},
      {"threads", row.threads}};
  const bool generates = report.work == TimedWork::kGenerate;
  if (generates) json["prompt_tokens"] = row.prompt_tokens;
  json["tokens"] = row.tokens;
  json["cache"] = row.cold ? "cold" : "warm";
  json["repetitions"] = s.count;
  if (generates) {
    const auto tokens = static_cast<double>(row.tokens);
    json["tokens_per_s"] = tokens / s.p50;
    json["min"] = tokens / s.max; // of the slowest
    json["max"] = tokens / s.min;
    json["token_p50_us"] = 1e6 * row.token_seconds.p50;
    json["token_p90_us"] = 1e6 * row.token_seconds.p90;
    json["token_p99_us"] = 1e6 * row.token_seconds.p99;
  } else {
    json["median_ms"] = 1e3 * s.p50;
    json["min"] = 1e3 * s.min;
    json["max"] = 1e3 * s.max;
    json["p50_ms"] = 1e3 * s.p50;
    json["p90_ms"] = 1e3 * s.p90;
    json["p99_ms"] = 1e3 * s.p99;
  }
  json["ratio"] = report.ratio(row);
  return json;
}

} // namespace

double TimingReport::ratio(const TimingRow& row) const {
  return speed(work, row) / speed(work, rows.front());
}

Json TimingReport::to_json() const {
  Json list = Json::array();
  for (const TimingRow& row : rows) list.push_back(row_json(*this, row));
  Json json = {{"work", name(work)}};
  for (const char* key :
       {"median_ms", "tokens_per_s", "min", "max", "threads"}) {
    if (list.front().contains(key)) json[key] = list.front()[key];
  }
  json["cpu"] = cpu;
  json["isa"] = isa;
  json["commit"] = commit;
  if (!eviction.empty()) json["cold"] = eviction;
  json["rows"] = list;
  return json;
}

std::string timing_csv(const TimingReport& report) {
  constexpr const char* kFacts[] = {"cpu", "isa", "commit"};
  const Json json = report.to_json();
  std::vector<Json> heading = {"work"};
  for (const auto& [key, value] : json["rows"][0].items()) {
    heading.push_back(key);
  }
  heading.insert(heading.end(), std::begin(kFacts), std::end(kFacts));
  std::string text = csv_line(heading);
  for (const Json& row : json["rows"]) {
    std::vector<Json> fields = {json["work"]};
    fields.insert(fields.end(), row.begin(), row.end());
    for (const char* fact : kFacts) fields.push_back(json[fact]);
    text += csv_line(fields);
  }
  return text;
}

} // namespace nanobrain
