// What the tests of subcommands share: a folder, the program, tiny models.
#pragma once

#include <nlohmann/json.hpp>

#include "tests/support/support.h"

namespace nanobrain::testing {

/// Runs the program as a script calls it.
class CommandTest : public ::testing::Test {
 protected:
  using Json = nlohmann::json;

  std::string path(const std::string& name) const { return dir_ / name; }

  ProcessResult run(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), program());
    return run_process(arguments);
  }
  /// What it prints under --json, which it must not fail to do.
  Json json(std::vector<std::string> arguments) const {
    arguments.push_back("--json");
    const auto result = run(arguments);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return Json::parse(result.out);
  }
  void refused(
      const std::vector<std::string>& arguments,
      int exit_code,
      const std::string& message) const {
    const auto result = run(arguments);
    EXPECT_EQ(result.exit_code, exit_code) << result.err;
    EXPECT_THAT(result.err, ::testing::HasSubstr(message));
    EXPECT_THAT(result.out, ::testing::IsEmpty());
  }

  /// text.txt, synthetic.
  void make_text(int bytes) const {
    json(
        {"synth",
         "--output",
         path("text.txt"),
         "--bytes",
         std::to_string(bytes)});
  }
  /// A GPT-2 of two layers that transformers writes, with a tokenizer of
  /// `pieces` trained on text.txt. Skips the test where transformers is absent.
  void make_gpt2(const std::string& name, int pieces = 270) const {
    if (!std::filesystem::exists(python())) {
      GTEST_SKIP() << "no test Python: cmake/bootstrap.sh --tests";
    }
    const auto made = run_process(
        {python(),
         source_dir() / "tests/support/tiny_gpt2.py",
         path(name),
         path("text.txt"),
         std::to_string(pieces),
         "32",
         "1"});
    ASSERT_EQ(made.exit_code, 0) << made.err;
  }

  TempDir dir_;
};

} // namespace nanobrain::testing
