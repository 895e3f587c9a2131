// What the page is given: that it holds, and that a browser shows it.

#include <map>
#include <set>

#include "nanobrain/report/page/page.h"
#include "nanobrain/report/report.h"
#include "nanobrain/report/report_data.h"
#include "tests/report/run_files.h"
#include "tests/sweep/sweep_results.h"

namespace nanobrain::testing {
namespace {

using namespace ::testing;

/// In names, prompts, errors and samples; program_page_test.py looks for it.
constexpr const char* kHostile =
    "</script><img src=x onerror=alert(1)><!--<script>"
    " \"quoted\" 'too' \\ &amp; ${1} \u2028 \u202e \ufeff end";

/// Two cells by three seeds; all but the last run are done, each with its
/// files, and whatever can be named is named badly.
class ReportPageData : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const size_t cell : {0, 1}) {
      for (const int64_t seed : {1, 2, 3}) {
        const auto s = static_cast<double>(seed);
        if (cell == 0 || seed < 3) {
          sweep_.finish(cell, seed, cell == 0 ? 2.0 : 2 - 0.1 * s);
        }
        fs::create_directories(sweep_.seed(cell, seed).root);
        write_run(
            sweep_.seed(cell, seed).run(),
            kHostile + std::string(" \xff\xed\xa0\x80 \xc3") +
                std::to_string(s));
      }
    }
    RunStatus failed;
    failed.state = "failed";
    failed.error = kHostile;
    sweep_.set_status(1, 3, failed);
    folder_ = sweep_.path("<img src=x onerror=alert(2)>");
    fs::rename(sweep_.folder().root, folder_);
  }

  Json data() const { return report_data({folder_}, kHostile, kHostile); }

  SweepResults sweep_{
      "grid: {train.sample_prompts: [[\"</script><img src=x "
      "onerror=alert(3)>\"], [\"\\u2028 'b' & \\\"c\\\"\"]]}\n"
      "budget: {steps: 4}\n"};
  fs::path folder_;
};

TEST_F(ReportPageData, ThePageHoldsTheDataAndNothingElseChanges) {
  const Json given = data();
  const std::string page = report_html(given);
  const size_t begin = page.find(kReportDataTag) + kReportDataTag.size();
  const size_t end = page.find("</script>", begin);
  const std::string text = page.substr(begin, end - begin);
  EXPECT_THAT(text, Not(HasSubstr("<")));
  EXPECT_TRUE(page.substr(0, begin) + page.substr(end) == report_page());

  Json shown = Json::parse(text); // valid UTF-8, or it would throw
  EXPECT_EQ(shown["title"], kHostile);
  EXPECT_EQ(shown["runs"][5]["error"], kHostile);
  EXPECT_THAT(
      shown["runs"][0]["samples"][0]["text"].get<std::string>(),
      HasSubstr(kHostile + std::string(" \ufffd\ufffd\ufffd\ufffd \ufffd")));
  EXPECT_EQ(shown["sweeps"], given["sweeps"]);
}

/// The keys that lead to a value and the kinds of value that are there; what
/// the page lists whatever its keys are is not looked into.
void add_kinds(
    const Json& value,
    const std::string& path,
    std::map<std::string, std::set<std::string>>& kinds) {
  if (!value.is_null()) kinds[path].insert(value.type_name());
  if (value.is_array()) {
    for (const Json& item : value) add_kinds(item, path + "[]", kinds);
  }
  static const std::set<std::string> kListed = {
      "sweeps[].cells[].overrides",
      "runs[].config",
      "runs[].host",
      "runs[].build"};
  if (!value.is_object() || kListed.count(path) > 0) return;
  for (const auto& [key, item] : value.items()) {
    const std::string below = path.empty() ? key : path + "." + key;
    kinds[below]; // though it be null
    add_kinds(item, below, kinds);
  }
}

/// The data of a sweep that has effects, with intervals.
Json data_of_two_keys() {
  const SweepResults sweep(
      "grid: {model.num_layers: [1, 2], model.ffn_dim: [16, 32]}\n"
      "budget: {steps: 4}\n");
  for (size_t cell = 0; cell < 4; ++cell) {
    for (const int64_t seed : {1, 2}) {
      const auto s = static_cast<double>(seed);
      sweep.finish(cell, seed, 2 - 0.1 * s * static_cast<double>(cell));
    }
  }
  write_ngrams(sweep.folder(), {sweep.id(0), sweep.id(1)}, 1.9, 1.8);
  TestedCell tested;
  tested.id = sweep.id(3);
  tested.seeds = {"1", "2"};
  tested.val = {1.7, 1.4};
  tested.test = {1.8, 1.5};
  tested.ngrams = {{"bigram (Kneser-Ney)", 1.9}};
  write_json(sweep.folder().test(), write_fields(TestFigure{{{{tested}}}, ""}));
  return report_data({sweep.folder().root}, "", "");
}

TEST_F(ReportPageData, HasTheKeysOfTheFixtureThatThePageIsTestedWith) {
  if (!fs::exists(python())) {
    GTEST_SKIP() << "no test Python: cmake/bootstrap.sh --tests";
  }
  const auto made = run_process(
      {python(),
       "-Bc",
       "import fixture, json; print(json.dumps(fixture.make_report()))"},
      {.environment = {
           {"PYTHONPATH", source_dir() / "tests" / "report" / "page"}}});
  ASSERT_EQ(made.exit_code, 0) << made.err;
  Json fixture = Json::parse(made.out);
  for (Json& run : fixture["runs"]) {
    // Of files that a run's result might be read from; the page has no use.
    if (run["result"].is_object()) run["result"].erase("format");
  }
  std::map<std::string, std::set<std::string>> wanted;
  std::map<std::string, std::set<std::string>> given;
  add_kinds(fixture, "", wanted);
  add_kinds(Json::parse(report_json(data())), "", given);
  add_kinds(data_of_two_keys(), "", given);
  EXPECT_GT(wanted.size(), 100u);
  for (const auto& [path, kinds] : wanted) {
    EXPECT_EQ(given.count(path), 1u) << "not in the data: " << path;
    // Where each has a value, it is of one kind.
    if (given.count(path) == 1 && !given[path].empty() && !kinds.empty()) {
      EXPECT_EQ(given[path], kinds) << path;
    }
  }
  for (const auto& [path, kinds] : given) {
    EXPECT_EQ(wanted.count(path), 1u) << "not in the fixture: " << path;
  }
}

TEST_F(ReportPageData, ABrowserShowsWhatTheProgramWrote) {
  constexpr int kSkipped = 77; // page_case.py
  ReportRequest request;
  request.folders = {folder_};
  request.title = kHostile;
  request.build = kHostile;
  request.files["--output"] = sweep_.path("report.html");
  write_report(request);
  write_text(sweep_.path("hostile.txt"), kHostile);
  const auto result = run_process(
      {python(), source_dir() / "tests" / "report" / "program_page_test.py"},
      {.environment = {
           {"NANOBRAIN_PAGE", sweep_.path("report.html")},
           {"NANOBRAIN_HOSTILE", sweep_.path("hostile.txt")}}});
  if (result.exit_code == kSkipped) GTEST_SKIP() << result.err;
  EXPECT_EQ(result.exit_code, 0) << result.err;
}

} // namespace
} // namespace nanobrain::testing
