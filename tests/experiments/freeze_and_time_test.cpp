// experiments/freeze_and_time.sh as a user runs it, on a model of a few
// kilobytes, once each instead of for a second.
#include "tests/support/support.h"

namespace nanobrain::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
namespace fs = std::filesystem;

/// Notes its arguments in $NOTES and runs the program, as short as can be.
constexpr const char* kProgram = R"(#!/usr/bin/env bash
echo "$@" >>"$NOTES"
case "$*" in
  *--repetitions*) ;;
  bench*) set -- "$@" --repetitions 1 --warm-up 0 ;;
esac
exec "$REAL" "$@"
)";

/// run/model, made by transformers, and text.txt.
class FreezeAndTime : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(python())) {
      GTEST_SKIP() << "no test Python: cmake/bootstrap.sh --tests";
    }
    write_text(dir_ / "nanobrain", kProgram);
    fs::permissions(dir_ / "nanobrain", fs::perms::owner_all);
    run_process(
        {program(), "synth", "--output", dir_ / "text.txt", "--bytes", "6000"});
    fs::create_directory(dir_ / "run");
    const auto made = run_process(
        {python(),
         source_dir() / "tests/support/tiny_gpt2.py",
         dir_ / "run/model",
         dir_ / "text.txt",
         "300",
         "160",
         "1"});
    ASSERT_EQ(made.exit_code, 0) << made.err;
  }

  ProcessResult run(std::vector<std::string> arguments) const {
    arguments.insert(
        arguments.begin(), source_dir() / "experiments/freeze_and_time.sh");
    return run_process(
        arguments,
        {.environment = {
             {"NANOBRAIN", dir_ / "nanobrain"},
             {"NANOBRAIN_RUN", deployed_},
             {"REAL", program()},
             {"NOTES", dir_ / "notes"}}});
  }
  /// Runs on run/ and text.txt into out/.
  ProcessResult run_given(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> all = {
        dir_ / "run", dir_ / "text.txt", dir_ / "out"};
    all.insert(all.end(), more.begin(), more.end());
    return run(all);
  }
  /// What the program was called with since the last time.
  std::string take_notes() const {
    const std::string notes = read_text(dir_ / "notes");
    write_text(dir_ / "notes", "");
    return notes;
  }
  void refused(
      const ProcessResult& result, int exit_code, const std::string& message) {
    EXPECT_EQ(result.exit_code, exit_code) << result.err;
    EXPECT_THAT(result.err, HasSubstr(message));
  }

  TempDir dir_;
  fs::path deployed_ = program("nanobrain-run");
};

TEST_F(FreezeAndTime, GoesFromARunToTheTableAndOnWhereItWas) {
  const auto done = run_given({"--threads", "2,1"});
  ASSERT_EQ(done.exit_code, 0) << done.err;
  const std::string both = "--model " + (dir_ / "run/model").string() +
                           " --model " + (dir_ / "out/int8").string();
  const std::string check = "bench generate --model " +
                            (dir_ / "run/model").string() +
                            " --threads 2,1 --repetitions 1 --warm-up 0\n";
  const std::string notes = take_notes();
  for (const std::string& command :
       {"bench forward " + both + " --tokens 64 --threads 2,1 --cold",
        "bench forward " + both + " --tokens 64 --last --threads 2,1",
        "bench generate " + both +
            " --prompt-tokens 16 --tokens 128 --threads 2,1",
        "compare " + both}) {
    EXPECT_THAT(notes, HasSubstr(command));
  }
  const std::string table = read_text(dir_ / "out/deploy.md");
  for (const char* words :
       {"same top-1",
        "LibTorch dynamic int8",
        "| cold |",
        "tokens/s",
        "bits/byte",
        "model.int8.safetensors: ",
        "nanobrain-run: ",
        "start to first token"}) {
    EXPECT_THAT(table, HasSubstr(words));
  }
  EXPECT_TRUE(fs::exists(dir_ / "out/int8/model.int8.safetensors"));
  EXPECT_TRUE(fs::exists(dir_ / "out/tables/forward.csv"));

  // Nothing is made twice, and all is shown.
  const auto again = run_given({"--threads", "2,1"});
  EXPECT_EQ(again.exit_code, 0) << again.err;
  EXPECT_EQ(take_notes(), check);
  EXPECT_EQ(again.out, done.out);
  fs::remove(dir_ / "out/tables/generate.md");
  EXPECT_EQ(run_given({"--threads", "2,1"}).exit_code, 0);
  EXPECT_THAT(
      take_notes(), ::testing::StartsWith(check + "bench generate " + both));

  refused(run_given({"--threads", "1"}), 1, "was made by freeze_and_time.sh");
}

TEST_F(FreezeAndTime, StoppedWhileItFreezesItFreezesAnew) {
  // A folder without the report that ends the step.
  ASSERT_EQ(
      run_process({program(),
                   "quantize",
                   "--model",
                   dir_ / "run",
                   "--output",
                   dir_ / "out/int8"})
          .exit_code,
      0);
  write_text(
      dir_ / "out/request.txt",
      "freeze_and_time.sh " + (dir_ / "run/model").string() + " " +
          (dir_ / "text.txt").string() + " --threads 1");
  deployed_ = dir_ / "absent";
  const auto done = run_given({"--threads", "1"});
  EXPECT_EQ(done.exit_code, 0) << done.err;
  EXPECT_THAT(take_notes(), HasSubstr("quantize --model "));
  EXPECT_THAT(done.out, HasSubstr("nanobrain-run: not built"));
}

TEST_F(FreezeAndTime, Mistakes) {
  EXPECT_EQ(run({}).exit_code, 2);
  EXPECT_EQ(run({dir_ / "run", dir_ / "out"}).exit_code, 2);
  EXPECT_EQ(run_given({"--thraeds", "1"}).exit_code, 2);
  EXPECT_EQ(run_given({"--threads"}).exit_code, 2);
  refused(
      run({dir_ / "absent", dir_ / "text.txt", dir_ / "out"}),
      1,
      "absent does not exist");
  refused(
      run({dir_ / "run", dir_ / "absent.txt", dir_ / "out"}),
      1,
      "absent.txt does not exist");
  fs::create_directory(dir_ / "empty");
  refused(
      run({dir_ / "empty", dir_ / "text.txt", dir_ / "out"}),
      1,
      "empty holds no f32 model");
  refused(run_given({"--threads", "1,1"}), 2, "names 1 twice");
  EXPECT_FALSE(fs::exists(dir_ / "out"));
  refused(
      run({dir_ / "run", dir_ / "text.txt", dir_ / "run"}),
      1,
      "run holds other things");
}

} // namespace
} // namespace nanobrain::testing
