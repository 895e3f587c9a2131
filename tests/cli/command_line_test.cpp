// The frame that all subcommands share, tested on the program itself.
#include "tests/support/command_test.h"

namespace nanobrain::testing {
namespace {

using ::testing::HasSubstr;

using CommandLine = CommandTest;

TEST_F(CommandLine, WrongUsageNamesCommandAndFlagAndTheNearest) {
  refused(
      2,
      {{"nanobrain", "nanobrain --help"},
       {"nanobrain insepct", "no command \"insepct\""},
       {"nanobrain insepct", "did you mean inspect?"},
       {"nanobrain synth --ouput=x --bytes 10", "no flag --ouput"},
       {"nanobrain synth --ouput=x --bytes 10", "did you mean --output?"},
       {"nanobrain tokenizer train --vocabsize 10",
        "did you mean --vocab-size?"},
       {"nanobrain tokenizer train --vocabsize 10",
        "nanobrain tokenizer train --help"},
       {"nanobrain tokenizer", "nanobrain tokenizer"},
       {"nanobrain synth --bytes 10", "--output"},
       {"nanobrain tokenizer train --vocab-size abc",
        "[tokenizer train] --vocab-size must be a whole number, but is "
        "\"abc\""},
       {"nanobrain generate --model x --top-p high",
        "[generate] --top-p must be a number, but is \"high\""},
       {"nanobrain synth --output x --seed -1",
        "--seed must be a whole number from 0, but is \"-1\""},
       {"nanobrain generate --model x --seed 18446744073709551616",
        "--seed is out of range: 18446744073709551616"},
       {"nanobrain synth --output x --bytes 99999999999999999999999",
        "--bytes is out of range"},
       {"nanobrain synth --output ''", "[synth] --output must not be empty"},
       {"nanobrain prepare --input '' --tokenizer x --output y",
        "[prepare] --input must not be empty"},
       {"nanobrain synth --output", "[synth] --output needs a value"},
       {"nanobrain synth --output x --bytes 1 --bytes 2",
        "[synth] --bytes is given more than once"},
       {"nanobrain eval --model x --input y --protocol z",
        "--protocol must be one of {documents,hf}, but is \"z\""},
       {"nanobrain inspect --threads 100000",
        "[--threads] must be from 0 (all) to 1024, but is 100000"}});
}

TEST_F(CommandLine, AStderrThatCannotBeWrittenKeepsTheExitCode) {
  const std::string eval = "nanobrain eval --model /none --input x ";
  EXPECT_EQ(run("nanobrain --bogus 2>/dev/full").exit_code, 2);
  EXPECT_EQ(run(eval + "2>/dev/full").exit_code, 1);
  EXPECT_EQ(run(eval + "2>&-").exit_code, 1);
}

TEST_F(CommandLine, WhatAMessageQuotesIsCutAndOnOneLine) {
  refused(
      1, {{"nanobrain eval --model 'a\r\tb' --input x", "a  b is neither"}});
  const auto huge = run("nanobrain " + std::string(50'000, 'x'));
  EXPECT_EQ(huge.exit_code, 2);
  EXPECT_THAT(huge.err, HasSubstr("bytes more)"));
  EXPECT_LT(huge.err.size(), 2'100u);
}

TEST_F(CommandLine, WantOfMemoryIsOneLine) {
  // 17 GB of weights in an address space of 8.
  write(
      "large.yaml",
      "model: {vocab_size: 16777216, model_dim: 256, ffn_dim: 64}\n");
  const auto result =
      run("ulimit -v 8000000; nanobrain inspect --config large.yaml");
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_EQ(
      result.err,
      "nanobrain: out of memory; make the model or the batch smaller\n");
}

TEST_F(CommandLine, EveryCommandHasHelpWithoutEmptyDefaults) {
  std::istringstream commands(
      "inspect synth tokenizer prepare train eval compare generate fetch "
      "quantize export bench sweep report");
  for (std::string command; commands >> command;) {
    const std::string help = output("nanobrain " + command + " --help");
    EXPECT_THAT(help, HasSubstr("Usage:")) << command;
    EXPECT_THAT(help, Not(HasSubstr("=[]"))) << command;
  }
  EXPECT_THAT(
      output("nanobrain inspect --help"),
      HasSubstr("The cat sleeps peacefully"));
}

TEST_F(CommandLine, VersionNamesCommitAndBackend) {
  const std::string version = output("nanobrain --version");
  EXPECT_THAT(version, HasSubstr("LibTorch"));
  EXPECT_THAT(version, HasSubstr("threads"));
}

TEST_F(CommandLine, AStdoutThatCannotBeWrittenIsAnError) {
  const std::string full = "No space left on device; free";
  refused(
      1,
      {{"nanobrain inspect --json >/dev/full",
        "[stdout] cannot be written: " + full},
       {"nanobrain --help >/dev/full", "[stdout] cannot be written: " + full},
       {"nanobrain --version >/dev/full",
        "[stdout] cannot be written: " + full},
       {"nanobrain --help >&-",
        "[stdout] cannot be written: Bad file descriptor; it is"}});
}

} // namespace
} // namespace nanobrain::testing
