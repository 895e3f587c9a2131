// nanobrain report: sweeps and runs as one page, tables and an image.
#include <fmt/format.h>

#include "nanobrain/base/error.h"
#include "nanobrain/base/message.h"
#include "nanobrain/cli/command.h"
#include "nanobrain/command_line/output_files.h"
#include "nanobrain/report/report.h"
#include "nanobrain/report/report_data.h"
#include "nanobrain/report/report_server.h"

namespace nanobrain {

namespace {

struct ReportFlags {
  ReportRequest request;
  bool watch = false;
  int port = 0;
  bool force = false;
};

void check(const ReportFlags& flags) {
  const ReportRequest& r = flags.request;
  check_output_files(
      "report",
      {{"--output", r.html},
       {"--csv", r.csv},
       {"--runs-csv", r.runs_csv},
       {"--markdown", r.markdown},
       {"--svg", r.svg}},
      {},
      flags.force);
  require<UsageError>(
      flags.watch || r.html || r.csv || r.runs_csv || r.markdown || r.svg,
      "report",
      "has nothing to write: name --output, --csv, --runs-csv, --markdown or "
      "--svg, or --watch");
}

void watch(const ReportFlags& flags) {
  const ReportRequest& request = flags.request;
  const auto data = [&] {
    return report_data(request.folders, report_title(request));
  };
  data(); // what cannot be read is an error now
  serve_report(flags.port, data, [](const std::string& address) {
    print_message("following at {} until ^C", address);
  });
}

} // namespace

void add_report(CLI::App& program) {
  CLI::App* sub =
      program.add_subcommand("report", "sweeps and runs as a page, tables");
  auto flags = std::make_shared<ReportFlags>();
  ReportRequest& r = flags->request;
  const Output output(*sub);
  sub->add_option("folders", r.folders, "of sweeps and runs")->required();
  sub->add_option("--title", r.title, "default: the folders' names");
  sub->add_option("--output", r.html, "HTML page that opens offline");
  sub->add_option("--csv", r.csv, "a row a cell");
  sub->add_option("--runs-csv", r.runs_csv, "a row a run");
  sub->add_option("--markdown", r.markdown, "the cells as a table");
  sub->add_option("--svg", r.svg, "the front as an image");
  sub->add_flag("--force", flags->force, "replace files that exist");
  sub->add_flag(
      "--watch", flags->watch, "serve the page here, follow the runs");
  sub->add_option("--port", flags->port, "to serve it on; 0: one that is free")
      ->check(CLI::Range(0, 65535));
  sub->callback([flags, output] {
    check(*flags);
    const Json result = write_report(flags->request);
    output.line(fmt::format(
        "{} runs of {} sweeps",
        result["runs"].dump(),
        result["sweeps"].dump()));
    output.result(result);
    if (flags->watch) watch(*flags);
  });
}

} // namespace nanobrain
