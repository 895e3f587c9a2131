#include "nanobrain/run/metrics_log.h"

#include <csignal>

#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"
#include "tests/run/tensorboard.h"
#include "tests/support/child.h"

namespace nanobrain {
namespace {

using namespace testing;

/// Logs into a folder, as a new run or as one resumed from a step.
void log_steps(
    const std::filesystem::path& folder,
    std::optional<int64_t> resumed,
    int64_t first,
    int64_t last,
    double loss) {
  MetricsLog log(folder, resumed);
  for (int64_t step = first; step <= last; ++step) {
    log.append({{"step", step}, {"loss", loss}});
  }
}

TEST(MetricsLog, WritesALineARecordAndScalars) {
  const TempDir dir;
  MetricsLog log(dir.path());
  log.append(
      {{"step", 1},
       {"loss", 10.5},
       {"tokens", 8192},
       {"note", "first"},
       {"done", false},
       {"val", nullptr}});
  log.append({{"step", 2}, {"loss", 0.1}});
  log.add_text("sample", "Once", 2);
  EXPECT_EQ(
      read_text(dir / "metrics.jsonl"),
      R"({"step":1,"loss":10.5,"tokens":8192,"note":"first","done":false,)"
      R"("val":null})"
      "\n"
      R"({"step":2,"loss":0.1})"
      "\n");
  EXPECT_EQ(read_metrics(dir / "metrics.jsonl")[1]["loss"], 0.1);
  const Json read = testing::read_with_tensorboard(dir.path());
  // The step is no curve, and neither are words, truth values and gaps.
  EXPECT_EQ(
      read["scalars"],
      Json(
          {{"loss", {{1, 10.5}, {2, static_cast<double>(0.1F)}}},
           {"tokens", {{1, 8192.0}}}}));
  EXPECT_EQ(read["texts"]["sample"], Json::parse(R"([[2, "Once"]])"));
}

TEST(MetricsLog, ResumingCutsBackBothFiles) {
  const TempDir dir;
  log_steps(dir.path(), {}, 1, 5, 1);
  log_steps(dir.path(), 3, 4, 4, 2);
  std::vector<Json> wanted;
  for (const double loss : {1, 1, 1, 2}) {
    wanted.push_back({{"step", wanted.size() + 1}, {"loss", loss}});
  }
  EXPECT_EQ(read_metrics(dir / "metrics.jsonl"), wanted);
  EXPECT_EQ(
      testing::read_with_tensorboard(dir.path())["scalars"]["loss"],
      Json::parse("[[1, 1.0], [2, 1.0], [3, 1.0], [4, 2.0]]"));

  const MetricsLog from_the_start(dir.path(), 0);
  EXPECT_TRUE(read_metrics(dir / "metrics.jsonl").empty());
  EXPECT_EQ(
      testing::read_with_tensorboard(dir.path())["scalars"]["loss"],
      Json::array());
}

TEST(MetricsLog, ResumingDropsTheHalfLineOfAKilledRun) {
  const TempDir dir;
  const auto child = testing::run_in_child([&] {
    MetricsLog log(dir.path());
    for (int64_t step = 1; step <= 3; ++step) {
      log.append({{"step", step}, {"loss", 1.0}});
    }
    raise(SIGKILL);
    return std::string();
  });
  ASSERT_EQ(child.signal, SIGKILL);
  const std::string whole = read_text(dir / "metrics.jsonl");
  write_text(dir / "metrics.jsonl", whole.substr(0, whole.size() - 5));
  log_steps(dir.path(), 5, 3, 3, 1);
  EXPECT_EQ(read_text(dir / "metrics.jsonl"), whole);
}

TEST(MetricsLog, RefusesRecordsWithoutAStepAndAFolderWithMetrics) {
  const TempDir dir;
  MetricsLog log(dir.path());
  EXPECT_ERROR(
      Error,
      "needs an integer \"step\", but is {\"loss\":1}",
      log.append({{"loss", 1}}));
  EXPECT_ERROR(Error, "needs an integer", log.append({{"step", 1.5}}));
  EXPECT_ERROR(Error, "needs an integer", log.append(Json::array()));
  EXPECT_ERROR(Error, "metrics.jsonl] exists already", MetricsLog(dir.path()));
}

TEST(MetricsLog, AFullDiskIsAnErrorAndLeavesWhatWasWritten) {
  const TempDir dir;
  EXPECT_THAT(
      testing::error_on_full_disk(
          1000, [&] { log_steps(dir.path(), {}, 1, 1000, 1); }),
      ::testing::HasSubstr("cannot be written: File too large"));
  const auto records = read_metrics(dir / "metrics.jsonl");
  ASSERT_FALSE(records.empty());
  EXPECT_EQ(records.back()["step"], records.size());
}

TEST(ReadMetrics, LeavesOutOnlyALastLineThatWasCutOff) {
  const TempDir dir;
  const auto steps_in = [&](const std::string& text) {
    write_text(dir / "metrics.jsonl", text);
    std::vector<int64_t> steps;
    for (const Json& record : read_metrics(dir / "metrics.jsonl")) {
      steps.push_back(record["step"].get<int64_t>());
    }
    return steps;
  };
  using Steps = std::vector<int64_t>;
  EXPECT_EQ(steps_in(""), Steps{});
  EXPECT_EQ(steps_in("{\"step\": 1}\n{\"st"), Steps{1});
  EXPECT_EQ(steps_in("{\"step\": 1}\n{\"step\": 2}"), (Steps{1, 2}));
  EXPECT_EQ(steps_in("{\"step\": 1}\n" + std::string(50, '\0')), Steps{1});
  const std::pair<const char*, const char*> faults[] = {
      {"{\"step\": 1}\n{\"st\n{\"step\": 3}\n",
       "metrics.jsonl: line 2] is not valid JSON"},
      {"{\"st\n", "metrics.jsonl: line 1] is not valid JSON"},
      {"{\"loss\": 1}\n", "line 1] is no record with an integer \"step\""}};
  for (const auto& [text, message] : faults) {
    EXPECT_ERROR(Error, message, steps_in(text));
  }
}

} // namespace
} // namespace nanobrain
