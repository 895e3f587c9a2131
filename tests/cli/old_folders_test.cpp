// Folders that an earlier nanobrain wrote open, resume and report as they did.
#include "nanobrain/base/checksum.h"
#include "tests/support/command_test.h"

namespace nanobrain::testing {
namespace {

/// Arithmetic that is the same on every x86-64: no instruction set is chosen.
const std::string kPortable =
    "NANOBRAIN_ISA=portable MKL_CBWR=COMPATIBLE ATEN_CPU_CAPABILITY=default "
    "ONEDNN_MAX_CPU_ISA=SSE41 ";

/// A copy of tests/golden/folders_3e367a1 as its README says it was made: a
/// tokenizer in each model folder, paths to where the folders are.
class OldFolders : public CommandTest {
 protected:
  void SetUp() override {
    fs::copy(
        source_dir() / "tests/golden/folders_3e367a1",
        dir_.path(),
        fs::copy_options::recursive);
    for (const auto& entry : fs::recursive_directory_iterator(dir_.path())) {
      const fs::path& file = entry.path();
      if (file.filename() == "config.json") {
        fs::copy(
            dir_ / "data/tokenizer.lexical.json",
            file.parent_path() / "tokenizer.lexical.json");
      } else if (file.extension() == ".yaml") {
        replace(file, "/old_folders", dir_.path());
      }
    }
  }

  static void replace(
      const fs::path& file, const std::string& from, const std::string& to) {
    std::string text = read_text(file);
    for (size_t at = 0; (at = text.find(from, at)) != std::string::npos;
         at += to.size()) {
      text.replace(at, from.size(), to);
    }
    write_text(file, text);
  }
  /// What an undisturbed run of 3e367a1 came to.
  void resumes_as_if_undisturbed() const {
    const Json result =
        json(kPortable + "nanobrain train --output run --resume --quiet");
    EXPECT_EQ(result["steps"], 200);
    EXPECT_EQ(
        sha256_of_file(path("run/model/model.safetensors")),
        "98222203286f67b24a2bf530bb706f745734b7a7af3ce110d13d559f40ea7f78");
  }
};

TEST_F(OldFolders, ModelsHaveTheFiguresTheyHad) {
  const auto nats = [&](const std::string& command) {
    return json(kPortable + command + " --threads 1")["nats"];
  };
  const double f32 = 4435.2432181835175;
  const double int8 = 4435.1909891963005;
  EXPECT_DOUBLE_EQ(
      nats("nanobrain eval --model f32 --input data/val.tokens"), f32);
  EXPECT_DOUBLE_EQ(
      nats("nanobrain eval --model int8 --input data/val.tokens"), int8);
  EXPECT_DOUBLE_EQ(
      nats("nanobrain-run score --model int8 --input val.txt"), int8);
}

TEST_F(OldFolders, ARunIsResumedToTheBit) {
  resumes_as_if_undisturbed();
  // The log has each step once, those of before the interruption too.
  const std::string log = read("run/metrics.jsonl");
  for (int step = 20; step <= 200; step += 20) {
    const std::string key = "{\"step\":" + std::to_string(step) + ",";
    EXPECT_THAT(log, ::testing::HasSubstr(key));
    EXPECT_EQ(log.find(key), log.rfind(key));
  }
}

TEST_F(OldFolders, ARunKnowsNothingOfKeysThatWereAddedLater) {
  replace(path("run/config.yaml"), "  decay_fraction: 0.2\n", "");
  // As if the checkpoint were of a nanobrain with fewer keys.
  const fs::path checkpoint = dir_ / "run/checkpoints/step-41";
  const std::string before = sha256_of_file(checkpoint / "trainer.json");
  const std::string hash =
      read_json("run/checkpoints/step-41/trainer.json")["maths_hash"];
  replace(checkpoint / "trainer.json", hash, std::string(64, '0'));
  replace(
      checkpoint / "manifest.json",
      before,
      sha256_of_file(checkpoint / "trainer.json"));
  resumes_as_if_undisturbed();
}

TEST_F(OldFolders, ASweepIsDoneAndReported) {
  const std::string result = path("sweep/cells/ffn_dim=16/seed-1/result.json");
  const auto written = fs::last_write_time(result);
  const Json sweep =
      json("nanobrain sweep --output sweep --jobs 1 --threads 1");
  EXPECT_EQ(sweep["done"], 2);
  EXPECT_EQ(sweep["waiting"], 0);
  EXPECT_EQ(sweep["front"], Json({"ffn_dim=8"}));
  EXPECT_EQ(fs::last_write_time(result), written);

  const Json report = json("nanobrain report sweep run --output page.html");
  EXPECT_EQ(report["runs"], 3);
  json("nanobrain report sweep --runs-csv runs.csv");
  for (const char* bits_per_byte :
       {"7.803194312574326",
        "7.830846657826773",
        "7.8029944942434115",
        "7.831436764040107"}) {
    EXPECT_THAT(read("runs.csv"), ::testing::HasSubstr(bits_per_byte));
  }
}

} // namespace
} // namespace nanobrain::testing
