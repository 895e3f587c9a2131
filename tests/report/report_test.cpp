#include "nanobrain/report/report.h"

#include "nanobrain/base/error.h"
#include "tests/report/run_files.h"
#include "tests/sweep/sweep_results.h"

namespace nanobrain::testing {
namespace {

using namespace ::testing;

/// Every file of a report, in one folder.
class Report : public ::testing::Test {
 protected:
  ReportRequest request(std::vector<fs::path> folders) const {
    ReportRequest r;
    r.folders = std::move(folders);
    for (const ReportFile& file : report_files()) {
      r.files[file.flag] = out_ / (file.flag + std::string(".file"));
    }
    return r;
  }
  std::string read(const std::string& flag) const {
    return read_text(out_ / (flag + ".file"));
  }
  /// Nothing is left of a report that could not be made.
  template <class E>
  void refused(const ReportRequest& r, const std::string& message) const {
    EXPECT_ERROR(E, message, write_report(r));
    EXPECT_TRUE(fs::is_empty(out_.path())) << message;
  }

  SweepResults sweep_;
  TempDir out_;
};

TEST_F(Report, WritesWhatIsAskedFor) {
  sweep_.finish(0, 1, 2.0);
  sweep_.finish(1, 1, 1.9);
  const auto all = request({sweep_.folder().root});
  EXPECT_EQ(
      write_report(all),
      (Json{
          {"runs", 6},
          {"sweeps", 1},
          {"output", all.files.at("--output").string()}}));
  EXPECT_THAT(read("--output"), StartsWith("<!DOCTYPE html>"));
  EXPECT_THAT(read("--csv"), StartsWith("cell,model.num_layers,"));
  EXPECT_THAT(read("--runs-csv"), HasSubstr(",state,attempts,"));
  EXPECT_THAT(read("--differences-csv"), StartsWith("a,b,"));
  EXPECT_THAT(read("--effects-csv"), StartsWith("key,from,to,pairs,"));
  EXPECT_THAT(read("--svg"), StartsWith("<svg "));
  // Both tables, with a line between them.
  EXPECT_THAT(read("--markdown"), HasSubstr("| model.num_layers |"));
  EXPECT_THAT(read("--markdown"), HasSubstr("|\n\n"));
  EXPECT_THAT(read("--markdown"), HasSubstr("| num_layers=1 | +0.1000 |"));

  // One alone, and no other is touched.
  ReportRequest one;
  one.folders = {sweep_.folder().root};
  one.files["--svg"] = out_ / "more/front.svg";
  one.svg_axis = "bytes";
  EXPECT_EQ(write_report(one)["output"], nullptr);
  EXPECT_THAT(
      read_text(out_ / "more/front.svg"), HasSubstr("size of the model&#39;s"));
}

TEST_F(Report, TablesAreOfOneSweep) {
  const RunFolder run{sweep_.path("alone")};
  write_run(run, "");
  for (const auto& folders : std::vector<std::vector<fs::path>>{
           {sweep_.folder().root, run.root}, {run.root}}) {
    for (const ReportFile& file : report_files()) {
      if (file.text == nullptr) continue;
      ReportRequest r;
      r.folders = folders;
      r.files = {{"--output", out_ / "page.html"}, {file.flag, out_ / "table"}};
      refused<UsageError>(r, "are of one sweep");
    }
  }
  // The page is of whatever there is.
  ReportRequest page;
  page.folders = {sweep_.folder().root, run.root};
  page.files["--output"] = out_ / "page.html";
  EXPECT_EQ(write_report(page)["runs"], 7);
}

TEST_F(Report, IsWholeOrNotAtAll) {
  // There is no front yet.
  refused<Error>(request({sweep_.folder().root}), "no run is done");
  sweep_.finish(0, 1, 2.0);
  write_text(sweep_.path("file"), "words");
  for (const ReportFile& file : report_files()) {
    auto r = request({sweep_.folder().root});
    r.files[file.flag] = sweep_.path("file/below");
    refused<Error>(r, sweep_.path("file"));
    r.files[file.flag] = sweep_.folder().root;
    refused<Error>(r, sweep_.folder().root.string());
  }
  EXPECT_EQ(read_text(sweep_.path("file")), "words");
  EXPECT_TRUE(fs::exists(sweep_.folder().config()));
  refused<Error>(request({sweep_.path("absent")}), "absent");
}

} // namespace
} // namespace nanobrain::testing
