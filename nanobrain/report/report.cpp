#include "nanobrain/report/report.h"

#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"
#include "nanobrain/base/message.h"
#include "nanobrain/report/front_svg.h"
#include "nanobrain/report/report_data.h"
#include "nanobrain/report/report_page.h"
#include "nanobrain/report/report_server.h"
#include "nanobrain/sweep/differences.h"
#include "nanobrain/sweep/summary.h"

namespace nanobrain {

namespace {

void write_tables(const ReportRequest& r) {
  if (!r.csv && !r.runs_csv && !r.differences_csv && !r.markdown && !r.svg) {
    return;
  }
  require<UsageError>(
      r.folders.size() == 1,
      "report",
      "tables and the front's image are of one sweep: name one folder");
  const SweepSummary sweep = summarize_sweep({r.folders.front()});
  if (r.csv) write_file(*r.csv, cells_csv(sweep));
  if (r.runs_csv) write_file(*r.runs_csv, runs_csv(sweep));
  if (r.differences_csv) {
    write_file(*r.differences_csv, differences_csv(sweep));
  }
  if (r.markdown) {
    write_file(
        *r.markdown,
        cells_markdown(sweep) + "\n" + differences_markdown(sweep));
  }
  if (r.svg) write_file(*r.svg, front_svg(sweep, r.svg_axis));
}

} // namespace

Json write_report(const ReportRequest& request) {
  const Json data = report_data(request.folders, request.title, request.build);
  if (request.html) write_file(*request.html, report_html(data));
  write_tables(request);
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
