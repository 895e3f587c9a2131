// experiments/freeze_and_time.sh as a user runs it, on a model of a few
// kilobytes, once each instead of for a second.
#include "tests/support/command_test.h"

namespace nanobrain::testing {
namespace {

using ::testing::HasSubstr;
/// Notes its arguments in $NOTES and runs the program, as short as can be.
constexpr const char* kQuickProgram = R"(#!/usr/bin/env bash
echo "$@" >>"$NOTES"
case "$*" in
  *--repetitions*) ;;
  bench*) set -- "$@" --repetitions 1 --warm-up 0 ;;
esac
exec "$REAL" "$@"
)";

/// The script, with that program, on run/model, the world's GPT-2, and
/// text.txt.
class FreezeAndTime : public CommandTest {
 protected:
  void SetUp() override {
    if (!exists("world/gpt2")) GTEST_SKIP() << kNoPython;
    write("nanobrain", kQuickProgram);
    fs::permissions(path("nanobrain"), fs::perms::owner_all);
    write("text.txt", read("world/val.txt").substr(0, 6000));
    fs::create_directory(path("run"));
    fs::create_symlink("../world/gpt2", path("run/model"));
  }
  static std::string freeze_and_time(const std::string& arguments) {
    return "NANOBRAIN=$PWD/nanobrain REAL=$(command -v nanobrain) "
           "NANOBRAIN_RUN=${DEPLOYED:-$(command -v nanobrain-run)} "
           "NOTES=$PWD/notes freeze_and_time.sh " +
           arguments;
  }
  /// On run/ and text.txt into out/.
  static std::string given(const std::string& more) {
    return freeze_and_time("run text.txt out " + more);
  }
  /// What the program was called with since the last time.
  std::string take_notes() const {
    const std::string notes = read("notes");
    write("notes", "");
    return notes;
  }
};

TEST_F(FreezeAndTime, GoesFromARunToTheTableAndOnWhereItWas) {
  const std::string text = output(given("--threads 2,1"));
  const std::string f32 = path("run/model");
  const std::string both =
      "--model " + f32 + " --model " + path("out/int8") + " ";
  const std::string check = "bench generate --model " + f32 +
                            " --threads 2,1 --repetitions 1 --warm-up 0\n";
  const std::string notes = take_notes();
  for (const std::string& command :
       {"bench forward " + both + "--tokens 64 --threads 2,1 --cold",
        "bench forward " + both + "--tokens 64 --last --threads 2,1",
        "bench generate " + both +
            "--prompt-tokens 16 --tokens 128 --threads 2,1",
        "compare " + both}) {
    EXPECT_THAT(notes, HasSubstr(command));
  }
  const std::string table = read("out/deploy.md");
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
  EXPECT_TRUE(exists("out/int8/model.int8.safetensors"));
  EXPECT_TRUE(exists("out/tables/forward.csv"));

  // Nothing is made twice, and all is shown.
  EXPECT_EQ(output(given("--threads 2,1")), text);
  EXPECT_EQ(take_notes(), check);
  fs::remove(path("out/tables/generate.md"));
  output(given("--threads 2,1"));
  EXPECT_THAT(
      take_notes(), ::testing::StartsWith(check + "bench generate " + both));

  refused(1, {{given("--threads 1"), "was made by freeze_and_time.sh"}});
}

TEST_F(FreezeAndTime, StoppedWhileItFreezesItFreezesAgain) {
  // A folder without the report that ends the step.
  output("nanobrain quantize --model run --output out/int8");
  write("out/.made_by_freeze_and_time.sh", "");
  write(
      "out/request.txt",
      "freeze_and_time.sh " + path("run/model") + " " + path("text.txt") +
          " --threads 1");
  const std::string text = output("DEPLOYED=absent; " + given("--threads 1"));
  EXPECT_THAT(take_notes(), HasSubstr("quantize --model "));
  EXPECT_THAT(text, HasSubstr("nanobrain-run: not built"));
}

TEST_F(FreezeAndTime, Mistakes) {
  fs::create_directory(path("empty"));
  refused(
      2,
      {{freeze_and_time(""), "usage: "},
       {freeze_and_time("run out"), "usage: "},
       {given("--thraeds 1"), "there is no flag --thraeds"},
       {given("--threads"), "--threads needs a value"},
       {given("--threads 1,1"), "names 1 twice"}});
  refused(
      1,
      {{freeze_and_time("absent text.txt out"), "absent does not exist"},
       {freeze_and_time("run absent.txt out"), "absent.txt does not exist"},
       {freeze_and_time("empty text.txt out"), "empty holds no f32 model"},
       {freeze_and_time("run text.txt run"), "run holds other things"}});
  EXPECT_FALSE(exists("out"));
}

} // namespace
} // namespace nanobrain::testing
