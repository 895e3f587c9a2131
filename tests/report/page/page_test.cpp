// The report's page: what its text holds, and how it behaves in a browser.
#include "nanobrain/report/page/page.h"

#include <string>

#include "tests/support/support.h"

namespace nanobrain {
namespace {

using namespace ::testing;

const std::string page(report_page());

TEST(ReportPage, HasOnePlaceForTheData) {
  const size_t at = page.find(kReportDataTag);
  ASSERT_NE(at, std::string::npos);
  EXPECT_EQ(page.find(kReportDataTag, at + 1), std::string::npos);
  EXPECT_EQ(page.substr(at + kReportDataTag.size(), 9), "</script>");
}

TEST(ReportPage, CarriesEveryScriptWhole) {
  EXPECT_EQ(page.substr(0, 15), "<!DOCTYPE html>");
  EXPECT_THAT(page, HasSubstr("Chart.js v3.9"));
  // The last script, and the end behind it.
  EXPECT_THAT(page, HasSubstr("followReport(show, say);"));
  EXPECT_EQ(page.substr(page.size() - 8), "</html>\n");
  EXPECT_THAT(page, Not(ContainsRegex("@[A-Z_]{3,}@")));
}

TEST(ReportPage, LoadsNothing) {
  EXPECT_THAT(page, HasSubstr("default-src 'none'"));
  for (const char* loads : {" src=", "<link", "@import", "url("}) {
    EXPECT_THAT(page, Not(HasSubstr(loads)));
  }
}

TEST(ReportPage, CarriesTheNoticeOfChartJs) {
  for (const char* words :
       {"Copyright (c) 2014-2022 Chart.js Contributors",
        "Permission is hereby granted, free of charge",
        "shall be included in all copies",
        "WITHOUT WARRANTY OF ANY KIND"}) {
    EXPECT_THAT(page, HasSubstr(words));
  }
}

class ReportPageInBrowser : public ::testing::TestWithParam<const char*> {};

TEST_P(ReportPageInBrowser, Passes) {
  constexpr int kSkipped = 77; // page_case.py
  const testing::TempDir scratch;
  testing::write_text(scratch / "page.html", report_page());
  const auto script = testing::source_dir() / "tests" / "report" / "page" /
                      (std::string(GetParam()) + "_test.py");
  const testing::ProcessResult result = testing::run_process(
      {testing::python(), script},
      {.environment = {{"NANOBRAIN_PAGE", scratch / "page.html"}}});
  if (result.exit_code == kSkipped) GTEST_SKIP() << result.err;
  EXPECT_EQ(result.exit_code, 0) << result.err;
}

INSTANTIATE_TEST_SUITE_P(
    Files,
    ReportPageInBrowser,
    ::testing::Values("front", "curves", "tables", "reading", "data"),
    [](const auto& info) { return std::string(info.param); });

} // namespace
} // namespace nanobrain
