#include "nanobrain/report/report.h"

#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"
#include "nanobrain/report/front_svg.h"
#include "nanobrain/report/report_data.h"
#include "nanobrain/report/report_page.h"
#include "nanobrain/sweep/summary.h"

namespace nanobrain {

namespace {

void write_tables(const ReportRequest& request) {
  if (!request.csv && !request.runs_csv && !request.markdown && !request.svg) {
    return;
  }
  require<UsageError>(
      request.folders.size() == 1,
      "report",
      "--csv, --runs-csv, --markdown and --svg are of one sweep: name one "
      "folder");
  const SweepSummary sweep = summarize_sweep({request.folders.front()});
  if (request.csv) write_file(*request.csv, cells_csv(sweep));
  if (request.runs_csv) write_file(*request.runs_csv, runs_csv(sweep));
  if (request.markdown) write_file(*request.markdown, cells_markdown(sweep));
  if (request.svg) write_file(*request.svg, front_svg(sweep));
}

} // namespace

std::string report_title(const ReportRequest& request) {
  if (!request.title.empty()) return request.title;
  std::string title;
  for (const auto& folder : request.folders) {
    const auto path = std::filesystem::absolute(folder).lexically_normal();
    const auto name = path.filename().empty() ? path.parent_path().filename()
                                              : path.filename();
    if (!title.empty()) title += ", ";
    title += name.string();
  }
  return title;
}

Json write_report(const ReportRequest& request) {
  const Json data = report_data(request.folders, report_title(request));
  if (request.html) write_file(*request.html, report_html(data));
  write_tables(request);
  return {
      {"runs", data["runs"].size()},
      {"sweeps", data["sweeps"].size()},
      {"output", request.html ? Json(request.html->string()) : Json(nullptr)}};
}

} // namespace nanobrain
