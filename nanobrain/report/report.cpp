#include "nanobrain/report/report.h"

#include <algorithm>
#include <list>

#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"
#include "nanobrain/base/message.h"
#include "nanobrain/report/front_svg.h"
#include "nanobrain/report/report_data.h"
#include "nanobrain/report/report_page.h"
#include "nanobrain/report/report_server.h"
#include "nanobrain/sweep/differences.h"
#include "nanobrain/sweep/effects.h"
#include "nanobrain/sweep/summary.h"

namespace nanobrain {

namespace fs = std::filesystem;

namespace {

struct FileText {
  fs::path path;
  std::string text;
};

bool wants_tables(const ReportRequest& r) {
  return r.csv || r.runs_csv || r.differences_csv || r.effects_csv ||
         r.markdown || r.svg;
}

void add_tables(const ReportRequest& r, std::vector<FileText>& files) {
  const SweepSummary sweep = summarize_sweep({r.folders.front()});
  if (r.csv) files.push_back({*r.csv, cells_csv(sweep)});
  if (r.runs_csv) files.push_back({*r.runs_csv, runs_csv(sweep)});
  if (r.differences_csv) {
    files.push_back({*r.differences_csv, differences_csv(sweep)});
  }
  if (r.effects_csv) files.push_back({*r.effects_csv, effects_csv(sweep)});
  if (r.markdown) {
    std::string text =
        cells_markdown(sweep) + "\n" + differences_markdown(sweep);
    const std::string effects = effects_markdown(sweep);
    if (!effects.empty()) text += "\n" + effects;
    files.push_back({*r.markdown, text});
  }
  if (r.svg) files.push_back({*r.svg, front_svg(sweep, r.svg_axis)});
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
  if (request.html) files.push_back({*request.html, report_html(data)});
  if (wants_tables(request)) {
    require<UsageError>(
        request.folders.size() == 1 && !data["sweeps"].empty(),
        "report",
        "tables and the front's image are of one sweep: name its folder alone");
    add_tables(request, files);
  }
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
