// The frame that all subcommands share, tested on the program itself.
#include <nlohmann/json.hpp>

#include "tests/support/support.h"

namespace nanobrain::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

ProcessResult nanobrain(std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), program().string());
  return run_process(arguments);
}

/// The program as a shell calls it, with redirections.
ProcessResult shell(const std::string& arguments) {
  return run_process({"sh", "-c", program().string() + " " + arguments});
}

TEST(CommandLine, NoCommandIsWrongUsage) {
  const auto result = nanobrain({});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("nanobrain --help"));
}

TEST(CommandLine, UnknownCommandNamesTheNearest) {
  const auto result = nanobrain({"insepct"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("no command \"insepct\""));
  EXPECT_THAT(result.err, HasSubstr("did you mean inspect?"));
}

TEST(CommandLine, AStderrThatCannotBeWrittenKeepsTheExitCode) {
  EXPECT_EQ(shell("--bogus 2>/dev/full").exit_code, 2);
  EXPECT_EQ(shell("eval --model /none --input x 2>/dev/full").exit_code, 1);
  EXPECT_EQ(shell("eval --model /none --input x 2>&-").exit_code, 1);
}

TEST(CommandLine, WhatAMessageQuotesIsCutAndOnOneLine) {
  const auto control = nanobrain({"eval", "--model", "a\r\tb", "--input", "x"});
  EXPECT_THAT(control.err, HasSubstr("a  b is neither"));
  const auto huge = nanobrain({std::string(50'000, 'x')});
  EXPECT_EQ(huge.exit_code, 2);
  EXPECT_THAT(huge.err, HasSubstr("bytes more)"));
  EXPECT_LT(huge.err.size(), 2'100u);
}

TEST(CommandLine, UnknownFlagNamesTheNearest) {
  const auto result = nanobrain({"synth", "--ouput=x", "--bytes", "10"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("no flag --ouput"));
  EXPECT_THAT(result.err, HasSubstr("did you mean --output?"));
  EXPECT_THAT(result.out, IsEmpty());
}

TEST(CommandLine, NestedCommandsPointToTheirOwnHelp) {
  const auto result = nanobrain({"tokenizer", "train", "--vocabsize", "10"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("did you mean --vocab-size?"));
  EXPECT_THAT(result.err, HasSubstr("nanobrain tokenizer train --help"));
}

TEST(CommandLine, MissingAndMalformedValuesAreWrongUsage) {
  EXPECT_EQ(nanobrain({"synth", "--bytes", "10"}).exit_code, 2);
  EXPECT_EQ(
      nanobrain({"synth", "--output", "x", "--bytes", "ten"}).exit_code, 2);
}

TEST(CommandLine, RefusedValuesNameCommandAndFlag) {
  const auto refused = [](const std::vector<std::string>& arguments,
                          const std::string& message) {
    const auto result = nanobrain(arguments);
    EXPECT_EQ(result.exit_code, 2) << message;
    EXPECT_THAT(result.err, HasSubstr(message));
  };
  refused(
      {"tokenizer", "train", "--vocab-size", "abc"},
      "[tokenizer train] --vocab-size must be a whole number, but is \"abc\"");
  refused(
      {"generate", "--model", "x", "--top-p", "high"},
      "[generate] --top-p must be a number, but is \"high\"");
  refused(
      {"synth", "--output", "x", "--seed", "-1"},
      "--seed must be a whole number from 0, but is \"-1\"");
  refused(
      {"generate", "--model", "x", "--seed", "18446744073709551616"},
      "--seed is out of range: 18446744073709551616");
  refused(
      {"synth", "--output", "x", "--bytes", "99999999999999999999999"},
      "--bytes is out of range");
  refused({"synth", "--output", ""}, "[synth] --output must not be empty");
  refused(
      {"prepare", "--input", "", "--tokenizer", "x", "--output", "y"},
      "[prepare] --input must not be empty");
  refused({"synth", "--output"}, "[synth] --output needs a value");
  refused(
      {"synth", "--output", "x", "--bytes", "1", "--bytes", "2"},
      "[synth] --bytes is given more than once");
  refused(
      {"eval", "--model", "x", "--input", "y", "--protocol", "z"},
      "--protocol must be one of {documents,hf}, but is \"z\"");
  refused(
      {"inspect", "--threads", "100000"},
      "[--threads] must be from 0 (all) to 1024, but is 100000");
}

TEST(CommandLine, WantOfMemoryIsOneLine) {
  const TempDir dir;
  // 17 GB of weights in an address space of 8.
  write_text(
      dir / "large.yaml",
      "model: {vocab_size: 16777216, model_dim: 256, ffn_dim: 64}\n");
  const auto result = run_process(
      {"sh",
       "-c",
       "ulimit -v 8000000; \"$0\" inspect --config \"$1\"",
       program().string(),
       (dir / "large.yaml").string()});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(
      result.err,
      "nanobrain: out of memory; make the model or the batch smaller\n");
}

TEST(CommandLine, HelpShowsNoEmptyDefault) {
  for (const char* command : {"eval", "prepare", "generate"}) {
    EXPECT_THAT(nanobrain({command, "--help"}).out, Not(HasSubstr("=[]")));
  }
  const std::string help = nanobrain({"inspect", "--help"}).out;
  EXPECT_THAT(help, HasSubstr("The cat sleeps peacefully"));
}

TEST(CommandLine, EveryCommandHasHelp) {
  for (const char* command :
       {"inspect",
        "synth",
        "tokenizer",
        "prepare",
        "train",
        "eval",
        "compare",
        "generate",
        "fetch",
        "quantize",
        "export",
        "bench"}) {
    const auto result = nanobrain({command, "--help"});
    EXPECT_EQ(result.exit_code, 0) << command;
    EXPECT_THAT(result.out, HasSubstr("Usage:")) << command;
  }
}

TEST(CommandLine, VersionNamesCommitAndBackend) {
  const auto result = nanobrain({"--version"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.out, HasSubstr("LibTorch"));
  EXPECT_THAT(result.out, HasSubstr("threads"));
}

TEST(CommandLine, JsonIsAllThatStdoutHolds) {
  const TempDir dir;
  const auto result = nanobrain(
      {"synth", "--output", dir / "corpus.txt", "--bytes", "1000", "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const auto json = nlohmann::json::parse(result.out);
  EXPECT_GE(json.at("bytes"), 1000);
  EXPECT_GT(json.at("entropy_bits_per_byte"), 0);
}

TEST(CommandLine, FullStdoutIsAnError) {
  for (const char* command : {"inspect --json", "--help", "--version"}) {
    const auto result = shell(std::string(command) + " >/dev/full");
    EXPECT_EQ(result.exit_code, 1) << command;
    EXPECT_THAT(
        result.err,
        HasSubstr("[stdout] cannot be written: No space left on device; free"))
        << command;
  }
}

TEST(CommandLine, ClosedStreamsStayClosed) {
  const auto no_stdout = shell("--help >&-");
  EXPECT_EQ(no_stdout.exit_code, 1);
  EXPECT_THAT(
      no_stdout.err,
      HasSubstr("[stdout] cannot be written: Bad file descriptor; it is"));
}

} // namespace
} // namespace nanobrain::testing
