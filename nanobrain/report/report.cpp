#include "nanobrain/report/report.h"

#include <algorithm>
#include <list>

#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"
#include "nanobrain/base/message.h"
#include "nanobrain/report/front_svg.h"
#include "nanobrain/report/report_data.h"
#include "nanobrain/report/report_server.h"
#include "nanobrain/sweep/differences.h"
#include "nanobrain/sweep/summary.h"

namespace nanobrain {

namespace fs = std::filesystem;

namespace {

struct FileText {
  fs::path path;
  std::string text;
};

/// The files that are of one sweep.
std::vector<FileText> table_files(const ReportRequest& r) {
  const SweepSummary sweep = summarize_sweep({r.folders.front()});
  std::vector<FileText> files;
  if (r.csv) files.push_back({*r.csv, cells_table(sweep).csv()});
  if (r.runs_csv) files.push_back({*r.runs_csv, runs_table(sweep).csv()});
  if (r.differences_csv) {
    files.push_back({*r.differences_csv, differences_table(sweep).csv()});
  }
  if (r.effects_csv) {
    files.push_back({*r.effects_csv, effects_table(sweep).csv()});
  }
  if (r.markdown) {
    std::vector<Table> tables = {
        cells_table(sweep), differences_to_best(sweep)};
    const Table effects = effects_table(sweep);
    if (!effects.rows.empty()) tables.push_back(effects);
    files.push_back({*r.markdown, join_tables(tables, &Table::markdown)});
  }
  if (r.svg) files.push_back({*r.svg, front_svg(sweep, r.svg_axis)});
  return files;
}

/// All of them, or none where one cannot be written.
void write_together(const std::vector<FileText>& files) {
  std::list<AtomicFile> written;
  for (const auto& [path, text] : files) {
    AtomicFile& file = written.emplace_back(path);
    file.write(text);
    file.sync();
  }
  for (AtomicFile& file : written) file.commit();
}

} // namespace

bool writes_files(const ReportRequest& request) {
  return std::any_of(
      std::begin(kReportFiles),
      std::end(kReportFiles),
      [&](const ReportFile& file) { return (request.*file.path).has_value(); });
}

Json write_report(const ReportRequest& request) {
  const Json data = report_data(request.folders, request.title, request.build);
  std::vector<FileText> files;
  ReportRequest tables = request;
  tables.html.reset();
  if (writes_files(tables)) {
    require<UsageError>(
        request.folders.size() == 1 && !data["sweeps"].empty(),
        "report",
        "tables and the front's image are of one sweep: name its folder alone");
    files = table_files(request);
  }
  if (request.html) files.push_back({*request.html, report_html(data)});
  write_together(files);
  return {
      {"runs", data["runs"].size()},
      {"sweeps", data["sweeps"].size()},
      {"output", request.html ? Json(request.html->string()) : Json(nullptr)}};
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
