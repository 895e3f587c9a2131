// nanobrain report: sweeps and runs as one page, tables and an image.
#include <fmt/format.h>

#include "nanobrain/base/error.h"
#include "nanobrain/base/host.h"
#include "nanobrain/kernels/backend.h"
#include "nanobrain/programs/command.h"
#include "nanobrain/programs/flags.h"
#include "nanobrain/programs/table_output.h"
#include "nanobrain/report/report.h"
#include "nanobrain/sweep/figures.h"

namespace nanobrain {

namespace {

struct ReportFlags {
  ReportRequest request;
  bool watch = false;
  int port = 0;
  bool force = false;
};

void check(const ReportFlags& flags) {
  require<UsageError>(
      flags.watch || writes_files(flags.request),
      "report",
      "has nothing to write: name --output, a table or --svg, or --watch");
  std::vector<NamedFiles> files;
  for (const auto& [name, file] : flags.request.files) {
    files.push_back({name, {file}});
  }
  check_output_files("report", {}, files, flags.force);
}

} // namespace

void add_report(CLI::App& program) {
  CLI::App* sub =
      program.add_subcommand("report", "sweeps and runs as a page, tables");
  auto flags = std::make_shared<ReportFlags>();
  ReportRequest& r = flags->request;
  const Output output(*sub);
  const AddFlag flag(*sub);
  flag("folders", r.folders, "folders of sweeps and runs")->required();
  flag("--title", r.title, "default: the folders' names");
  for (const ReportFile& file : report_files()) {
    flag(file.flag, r.files[file.flag], file.help);
  }
  sub->add_option("--svg-axis", r.svg_axis, "what it is drawn against")
      ->check(CLI::IsMember(axes(all_figures())));
  add_force(*sub, flags->force);
  flag("--watch", flags->watch, "serve the page here, follow the runs");
  sub->add_option(
         "--port", flags->port, "port to serve it on; 0: one that is free")
      ->check(CLI::Range(0, 65535));
  sub->callback([flags, output] {
    check(*flags);
    flags->request.build = fmt::format(
        "nanobrain {}, LibTorch {}", build_commit(), torch_version());
    if (writes_files(flags->request)) {
      const Json result = write_report(flags->request);
      output.line(
          "{} runs of {} sweeps",
          result["runs"].dump(),
          result["sweeps"].dump());
      output.result(result);
    }
    if (flags->watch) watch_report(flags->request, flags->port);
  });
}

} // namespace nanobrain
