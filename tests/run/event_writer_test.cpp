#include "nanobrain/run/event_writer.h"

#include <chrono>
#include <cmath>

#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"
#include "tests/run/tensorboard.h"

namespace nanobrain {
namespace {

using namespace testing;

double now_s() {
  return std::chrono::duration<double>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

TEST(EventWriter, TensorBoardReadsScalarsAndTexts) {
  const TempDir dir;
  const double begin = now_s();
  EventWriter events(dir.path());
  events.add_scalar("loss", 10.5, 1);
  events.add_scalar("loss", -0.25, 300);
  events.add_scalar("lr", 4e-3, int64_t{1} << 40);
  events.add_scalar("odd", NAN, 1);
  events.add_scalar("odd", INFINITY, 2);
  events.add_text("sample", "a *text*\nof two lines \u20ac", 300);
  events.add_text("sample", "", 301);
  const Json read = read_with_tensorboard(dir.path());
  EXPECT_EQ(read["scalars"]["loss"], Json::parse("[[1, 10.5], [300, -0.25]]"));
  EXPECT_EQ(read["scalars"]["odd"], Json::parse(R"([[1, "nan"], [2, "inf"]])"));
  // What 32 bits hold of it.
  EXPECT_EQ(
      read["scalars"]["lr"],
      Json::array(
          {Json::array({int64_t{1} << 40, static_cast<double>(4e-3F)})}));
  EXPECT_EQ(
      read["texts"]["sample"],
      Json::parse(R"([[300, "a *text*\nof two lines €"], [301, ""]])"));
  for (const Json& time : read["wall_times"]) {
    EXPECT_GE(time.get<double>(), begin);
    EXPECT_LE(time.get<double>(), now_s());
  }
}

TEST(EventWriter, AResumedRunReplacesItsLaterSteps) {
  const TempDir dir;
  {
    EventWriter events(dir.path());
    for (int step = 1; step <= 5; ++step) events.add_scalar("loss", 1, step);
  }
  for (const int64_t purge_step : {4, 3}) { // twice within the second
    EventWriter events(dir.path(), purge_step);
    for (int64_t step = purge_step; step < purge_step + 2; ++step) {
      events.add_scalar("loss", static_cast<double>(10 * purge_step), step);
    }
  }
  EXPECT_EQ(
      read_with_tensorboard(dir.path())["scalars"]["loss"],
      Json::parse("[[1, 1.0], [2, 1.0], [3, 30.0], [4, 30.0]]"));
}

TEST(EventWriter, NeedsAFolder) {
  const TempDir dir;
  EXPECT_ERROR(Error, "cannot be listed", EventWriter(dir / "absent"));
}

} // namespace
} // namespace nanobrain
