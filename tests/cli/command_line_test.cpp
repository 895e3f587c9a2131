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

TEST(CommandLine, EveryCommandHasHelp) {
  for (const char* command :
       {"inspect",
        "synth",
        "tokenizer",
        "prepare",
        "train",
        "eval",
        "generate"}) {
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
  const std::string command = program().string() + " inspect --json >/dev/full";
  const auto result = run_process({"sh", "-c", command});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("stdout"));
}

} // namespace
} // namespace nanobrain::testing
