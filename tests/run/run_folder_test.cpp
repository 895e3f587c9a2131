#include "nanobrain/run/run_folder.h"

#include <sstream>

#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"
#include "nanobrain/yaml/yaml.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using namespace testing;

TEST(RunFolder, IsMadeWithConfigAndRecord) {
  const TempDir dir;
  const RunFolder run{dir / "run"};
  const Json config = {{"train", {{"steps", 5}}}};
  create_run_folder(run, config, {{"data", "abc"}});
  EXPECT_EQ(read_yaml(run.config()), config);
  EXPECT_EQ(read_json(dir / "run/run.json"), Json({{"data", "abc"}}));
}

TEST(RunFolder, LeavesAFolderAloneThatHoldsSomething) {
  const TempDir dir;
  write_text(dir / "mine", "text");
  for (const fs::path& path : {dir.path(), dir / "mine"}) {
    EXPECT_ERROR(
        Error,
        path.string() +
            "] exists already; name another folder, or --resume the run in it",
        create_run_folder({path}, Json::object(), Json::object()));
  }
}

TEST(RunFolder, ListsWholeCheckpointsInOrderOfSteps) {
  const TempDir dir;
  const RunFolder run{dir.path()};
  EXPECT_TRUE(list_checkpoints(run).empty());
  std::istringstream names(
      "step-1000 step-250 step-0 step- step-7.damaged step--1 step-x other "
      ".step-500.tmp-12-00ab12ff");
  for (std::string name; names >> name;) {
    fs::create_directories(run.checkpoints() / name);
  }
  write_text(run.checkpoints() / "step-300", "a file is no checkpoint");
  const std::map<int64_t, fs::path> wanted = {
      {0, dir / "checkpoints/step-0"},
      {250, dir / "checkpoints/step-250"},
      {1000, dir / "checkpoints/step-1000"}};
  EXPECT_EQ(list_checkpoints(run), wanted);
  EXPECT_EQ(run.checkpoint(250), wanted.at(250));
}

TEST(RunFolder, RemovesOnlyWhatAKilledProcessLeft) {
  const TempDir dir;
  const RunFolder run{dir.path()};
  remove_leftovers(run); // no checkpoints yet
  fs::create_directories(run.checkpoint(5) / "model");
  fs::create_directories(run.checkpoints() / ".step-6.tmp-12-00ab12ff/model");
  write_text(dir / ".run.json.tmp-12-00ab12ff", "{");
  write_text(run.record(), "{}");
  remove_leftovers(run);
  EXPECT_TRUE(fs::exists(run.checkpoint(5) / "model"));
  EXPECT_TRUE(fs::exists(run.record()));
  EXPECT_FALSE(fs::exists(run.checkpoints() / ".step-6.tmp-12-00ab12ff"));
  EXPECT_FALSE(fs::exists(dir / ".run.json.tmp-12-00ab12ff"));
}

} // namespace
} // namespace nanobrain
