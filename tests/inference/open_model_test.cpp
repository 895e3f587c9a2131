#include "nanobrain/inference/open_model.h"

#include "nanobrain/base/error.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using namespace testing;

TEST(FindModelFolder, AModelFolderOrTheModelOfARun) {
  const TempDir dir;
  fs::create_directories(dir / "run/model");
  write_text(dir / "run/model/config.json", "{}");
  EXPECT_EQ(find_model_folder(dir / "run"), dir / "run/model");
  EXPECT_EQ(find_model_folder(dir / "run/model"), dir / "run/model");
  EXPECT_ERROR(
      Error,
      "neither a model folder (it has no config.json) nor a run folder",
      find_model_folder(dir.path()));
}

TEST(FindModelFolder, SaysHowToResumeAnUnfinishedRun) {
  const TempDir dir;
  const fs::path run = dir / "run";
  fs::create_directory(run);
  write_text(run / "run.json", "{}");
  const std::string message =
      testing::error_of<Error>([&] { find_model_folder(run); });
  EXPECT_THAT(
      message,
      ::testing::EndsWith(
          "is a run that has not finished; resume it: nanobrain train "
          "--output " +
          run.string() + " --resume"));

  fs::create_directories(run / "checkpoints/step-9/model");
  fs::create_directories(run / "checkpoints/step-10/model");
  EXPECT_ERROR(
      Error,
      message.substr(message.find("is a run")) +
          ", or name a checkpoint's model: " +
          (run / "checkpoints/step-10/model").string(),
      find_model_folder(run));
}

TEST(OpenModel, AProgramOfInt8ModelsSaysHowToMakeOne) {
  const TempDir dir;
  write_text(dir / "config.json", "{}");
  EXPECT_ERROR(
      Error,
      "has no model.int8.safetensors; make one of an f32 model with nanobrain "
      "quantize",
      open_model(dir.path(), {}));
  write_text(dir / "model.safetensors", "");
  EXPECT_ERROR(
      Error,
      "is an f32 model, and this program runs int8 models only; make one with "
      "nanobrain quantize",
      open_model(dir.path(), {}));
}

} // namespace
} // namespace nanobrain
