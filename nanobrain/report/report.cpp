#include "nanobrain/report/report.h"

#include <algorithm>
#include <list>
#include <optional>

#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"
#include "nanobrain/base/message.h"
#include "nanobrain/report/front_svg.h"
#include "nanobrain/report/report_data.h"
#include "nanobrain/sweep/baseline_tables.h"
#include "nanobrain/sweep/differences.h"
#include "nanobrain/sweep/summary.h"

namespace nanobrain {

namespace {

template <Table (*table)(const SweepSummary&)>
std::string csv_of(const SweepSummary& sweep, const ReportRequest&) {
  return table(sweep).csv();
}

std::string svg(const SweepSummary& sweep, const ReportRequest& request) {
  return front_svg(sweep, request.svg_axis);
}

std::string markdown(const SweepSummary& sweep, const ReportRequest&) {
  std::vector<Table> tables = {cells_table(sweep), differences_to_best(sweep)};
  const Table effects = effects_table(sweep);
  if (!effects.rows.empty()) tables.push_back(effects);
  const Table ngrams = ngrams_table(sweep);
  if (!ngrams.rows.empty()) tables.push_back(ngrams);
  return join_tables(tables, &Table::markdown);
}

/// All of them, or none where one cannot be written.
void write_together(const std::map<fs::path, std::string>& files) {
  std::list<AtomicFile> written;
  for (const auto& [path, text] : files) {
    AtomicFile& file = written.emplace_back(path);
    file.write(text);
    file.sync();
  }
  for (AtomicFile& file : written) file.commit();
}

} // namespace

std::span<const ReportFile> report_files() {
  static constexpr ReportFile kFiles[] = {
      {"--output", "HTML page that opens offline", nullptr},
      {"--csv", "a row for each cell", csv_of<cells_table>},
      {"--runs-csv", "a row for each run", csv_of<runs_table>},
      {"--differences-csv", "a row for each pair", csv_of<differences_table>},
      {"--effects-csv",
       "a row for each two values of a key",
       csv_of<effects_table>},
      {"--markdown", "cells, differences to the best, effects", markdown},
      {"--svg", "the front as an image", svg}};
  return kFiles;
}

bool writes_files(const ReportRequest& request) {
  return std::ranges::any_of(
      request.files, [](const auto& file) { return !file.second.empty(); });
}

Json write_report(const ReportRequest& request) {
  const Json data = report_data(request.folders, request.title, request.build);
  std::map<fs::path, std::string> texts;
  std::optional<SweepSummary> sweep;
  Json page;
  for (const ReportFile& file : report_files()) {
    const auto given = request.files.find(file.flag);
    if (given == request.files.end() || given->second.empty()) continue;
    if (file.text == nullptr) {
      texts[given->second] = report_html(data);
      page = given->second.string();
      continue;
    }
    require<UsageError>(
        request.folders.size() == 1 && !data["sweeps"].empty(),
        "report",
        "tables and the front's image are of one sweep: name its folder alone");
    if (!sweep) sweep = summarize_sweep({request.folders.front()});
    texts[given->second] = file.text(*sweep, request);
  }
  write_together(texts);
  return {
      {"runs", data["runs"].size()},
      {"sweeps", data["sweeps"].size()},
      {"output", page}};
}

void watch_report(const ReportRequest& request, int port) {
  const auto data = [&] {
    return report_data(request.folders, request.title, request.build);
  };
  data(); // what cannot be read is an error now
  serve_report(port, data, [](const std::string& address) {
    print_message("following at {} until ^C", address);
  });
}

} // namespace nanobrain
