// nanobrain report as users run it.
#include <signal.h>

#include <set>

#include "tests/cli/report_watch.h"
#include "tests/sweep/sweep_results.h"

namespace nanobrain::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
namespace fs = std::filesystem;

/// What a page holds for its scripts.
Json data_of(const std::string& page) {
  const std::string tag = R"(<script type="application/json" id="data">)";
  const size_t begin = page.find(tag) + tag.size();
  return Json::parse(page.substr(begin, page.find("</script>") - begin));
}

class ReportCommand : public ::testing::Test {
 protected:
  std::string path(const std::string& name) const { return out_ / name; }
  std::string sweep() const { return sweep_.folder().root; }
  std::vector<std::string> report(std::vector<std::string> more) const {
    more.insert(more.begin(), {program(), "report"});
    return more;
  }
  ProcessResult run(
      const std::vector<std::string>& more,
      const ProcessOptions& options = {}) const {
    return run_process(report(more), options);
  }
  void refused(
      const std::vector<std::string>& more,
      int exit_code,
      const std::string& message,
      const ProcessOptions& options = {}) const {
    const auto result = run(more, options);
    EXPECT_EQ(result.exit_code, exit_code) << result.err;
    EXPECT_THAT(result.err, HasSubstr(message));
    EXPECT_THAT(result.out, IsEmpty());
  }
  /// --output and all others, a file each.
  std::vector<std::string> all_files() const {
    return {
        sweep(),
        "--output",
        path("page.html"),
        "--csv",
        path("cells.csv"),
        "--runs-csv",
        path("runs.csv"),
        "--differences-csv",
        path("differences.csv"),
        "--effects-csv",
        path("effects.csv"),
        "--markdown",
        path("cells.md"),
        "--svg",
        path("front.svg")};
  }
  std::set<std::string> written() const {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(out_.path())) {
      names.insert(entry.path().filename());
    }
    return names;
  }

  SweepResults sweep_;
  TempDir out_;
};

TEST_F(ReportCommand, WritesEveryFile) {
  sweep_.finish(0, 1, 2.0);
  sweep_.finish(1, 1, 1.9);
  auto flags = all_files();
  flags.insert(flags.end(), {"--title", "Depth", "--svg-axis", "train_flops"});
  const auto text = run(flags);
  ASSERT_EQ(text.exit_code, 0) << text.err;
  EXPECT_EQ(text.out, "6 runs of 1 sweeps\n");
  const Json data = data_of(read_text(path("page.html")));
  EXPECT_EQ(data["title"], "Depth");
  EXPECT_THAT(data["build"].get<std::string>(), StartsWith("nanobrain "));
  EXPECT_EQ(data["sweeps"][0]["counts"]["done"], 2);
  EXPECT_THAT(read_text(path("cells.csv")), HasSubstr("\nnum_layers=2,2,"));
  EXPECT_THAT(read_text(path("runs.csv")), HasSubstr("num_layers=2,2,done,"));
  EXPECT_THAT(
      read_text(path("differences.csv")),
      HasSubstr("num_layers=1,num_layers=2,-0.1"));
  EXPECT_THAT(read_text(path("cells.md")), HasSubstr("| 2.0000 |"));
  EXPECT_THAT(read_text(path("front.svg")), HasSubstr(">training FLOPs<"));
  EXPECT_EQ(written().size(), 7u); // and nothing beside them

  // Nothing is replaced unless forced.
  for (size_t flag = 1; flag < 15; flag += 2) {
    const std::string file = flags[flag + 1];
    refused({sweep(), flags[flag], file}, 1, file + " exists already");
  }
  sweep_.finish(1, 1, 1.8);
  flags.insert(flags.end(), {"--force", "--json"});
  const auto forced = run(flags);
  ASSERT_EQ(forced.exit_code, 0) << forced.err;
  EXPECT_EQ(
      Json::parse(forced.out),
      (Json{{"runs", 6}, {"sweeps", 1}, {"output", path("page.html")}}));
  EXPECT_THAT(read_text(path("cells.md")), HasSubstr("| 1.8000 |"));
}

TEST_F(ReportCommand, RefusesWrongUse) {
  refused({}, 2, "folders");
  refused({sweep()}, 2, "has nothing to write");
  refused({sweep(), "--title", "x"}, 2, "has nothing to write");
  const std::string csv = path("one");
  refused(
      {sweep(), "--csv", csv, "--svg", out_.path() / "." / "one"},
      2,
      "--csv and --svg both name");
  refused({sweep(), "--svg", csv, "--svg-axis", "carats"}, 2, "--svg-axis");
  refused({sweep(), "--watch", "--port", "65536"}, 2, "--port");
  refused({sweep(), sweep() + "/", "--output", csv}, 2, "is given twice");
  refused({path("absent"), "--output", csv}, 1, "is neither a sweep's folder");
  refused({path("absent"), "--watch"}, 1, "is neither a sweep's folder");
  EXPECT_THAT(written(), IsEmpty());
}

TEST_F(ReportCommand, ReportsSeveralSweepsAsOnePageWithoutTables) {
  const SweepResults other;
  const std::string second = other.folder().root;
  refused(
      {sweep(), second, "--output", path("page.html"), "--csv", path("a.csv")},
      2,
      "are of one sweep");
  EXPECT_THAT(written(), IsEmpty());
  const auto page =
      run({sweep(), second, "--output", path("page.html"), "--json"});
  EXPECT_EQ(Json::parse(page.out)["sweeps"], 2);
  EXPECT_EQ(data_of(read_text(path("page.html")))["runs"].size(), 12u);
}

TEST_F(ReportCommand, LeavesNothingBehindOnAFullDisk) {
  sweep_.finish(0, 1, 2.0);
  // Room for the tables; the page comes first, is larger and finds none.
  refused(all_files(), 1, "page.html", {.max_file_bytes = 20'000});
  EXPECT_THAT(written(), IsEmpty());
  auto flags = all_files();
  flags.back() = sweep() + "/sweep.yaml/front.svg";
  refused(flags, 1, "sweep.yaml] cannot be made");
  EXPECT_THAT(written(), IsEmpty());
}

TEST_F(ReportCommand, WatchFollowsASweepThatGrows) {
  sweep_.finish(0, 1, 2.0);
  ReportWatch watch(report(
      {sweep(), "--watch", "--port", "0", "--output", path("page.html")}));
  const auto done = [&] {
    const auto answer = watch.get("/data.json");
    EXPECT_EQ(answer.status, 200) << answer.body;
    return Json::parse(answer.body)["sweeps"][0]["counts"]["done"].get<int>();
  };
  EXPECT_EQ(done(), 1);
  EXPECT_THAT(watch.get("/").body, StartsWith("<!DOCTYPE html>"));
  // The file is of the start.
  EXPECT_EQ(
      data_of(read_text(path("page.html")))["sweeps"][0]["counts"]["done"], 1);
  for (const int64_t seed : {1, 2, 3}) sweep_.finish(1, seed, 1.9);
  for (int i = 0; i < 6000 && done() < 4; ++i) usleep(10'000);
  EXPECT_EQ(done(), 4);
  EXPECT_EQ(watch.end_by(SIGINT), 0) << watch.messages();
  EXPECT_THAT(watch.messages(), HasSubstr(" until ^C\n"));
}

TEST_F(ReportCommand, WatchNamesAPortThatIsTaken) {
  ReportWatch watch(report({sweep(), "--watch"}));
  refused(
      {sweep(), "--watch", "--port", std::to_string(watch.port()), "--json"},
      1,
      "name another port with --port");
  EXPECT_EQ(watch.end_by(SIGTERM), 0) << watch.messages();
}

} // namespace
} // namespace nanobrain::testing
