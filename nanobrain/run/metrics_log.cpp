#include "nanobrain/run/metrics_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"
#include "nanobrain/run/run_folder.h"

namespace nanobrain {

namespace {

bool is_record(const Json& record) {
  return record.is_object() && record.contains("step") &&
         record["step"].is_number_integer();
}

std::string line_of(const Json& record) {
  // A string that is not UTF-8 must not cost the run.
  return record.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

/// Cuts metrics.jsonl back to `resume_step`; returns its path.
fs::path prepare_metrics(
    const fs::path& directory, std::optional<int64_t> resume_step) {
  const fs::path path = RunFolder{directory}.metrics();
  if (!fs::exists(path)) return path;
  require(
      resume_step.has_value(),
      path.string(),
      "exists already; name another folder, or --resume");
  std::string kept;
  for (const Json& record : read_metrics(path)) {
    if (record["step"].get<int64_t>() <= *resume_step) kept += line_of(record);
  }
  write_file(path, kept);
  return path;
}

std::optional<int64_t> next(std::optional<int64_t> step) {
  return step ? std::optional(*step + 1) : std::nullopt;
}

} // namespace

MetricsLog::MetricsLog(
    const fs::path& directory, std::optional<int64_t> resume_step)
    : lines_(prepare_metrics(directory, resume_step)),
      events_(directory, next(resume_step)) {}

void MetricsLog::append(const Json& record) {
  require(
      is_record(record),
      "metrics",
      "a record needs an integer \"step\", but is {}",
      record.dump());
  lines_.append(line_of(record));
  const auto step = record["step"].get<int64_t>();
  for (const auto& [key, value] : record.items()) {
    if (value.is_number() && key != "step") {
      events_.add_scalar(key, value.get<double>(), step);
    }
  }
}

void MetricsLog::add_text(
    std::string_view tag, std::string_view text, int64_t step) {
  events_.add_text(tag, text, step);
}

void MetricsLog::sync() {
  lines_.sync();
  events_.sync();
}

std::vector<Json> read_metrics(const fs::path& path) {
  const std::string text = read_file(path);
  std::vector<Json> records;
  int64_t line = 1;
  for (size_t begin = 0; begin < text.size(); ++line) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    const std::string where = fmt::format("{}: line {}", path.string(), line);
    const std::string_view content =
        std::string_view(text).substr(begin, end - begin);
    // Only the last line can lack its end; what is whole but for that counts.
    if (end == text.size() && !Json::accept(content)) break;
    records.push_back(parse_json(content, where));
    require(
        is_record(records.back()),
        where,
        "is no record with an integer \"step\"; remove the line");
    begin = end + 1;
  }
  return records;
}

} // namespace nanobrain
