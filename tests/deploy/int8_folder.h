// A random int8 folder with a SentencePiece tokenizer, and the two programs.
#pragma once

#include <string>
#include <vector>

#include "nanobrain/base/json.h"
#include "tests/runtime/int8_model.h"
#include "tests/support/support.h"
#include "tests/tokenizer/texts.h"

namespace nanobrain::testing {

/// Writes a model of the 1,200 ids of small_tokenizer(), context 50. End of
/// text is never the most likely token.
inline void write_int8_folder(const std::filesystem::path& folder) {
  const auto tokenizer = small_tokenizer();
  tokenizer->save(folder);
  Int8Model model({.vocab_size = tokenizer->vocab_size()});
  const TokenId end = tokenizer->end_of_text();
  model.config["eos_token_id"] = end;
  model.at("transformer.wte.weight.scale").set(static_cast<size_t>(end), 1e-6F);
  model.write(folder);
}

/// Runs nanobrain-run, or another program of the build.
inline ProcessResult run_program(
    std::vector<std::string> arguments,
    const std::string& name = "nanobrain-run",
    const ProcessOptions& options = {}) {
  arguments.insert(arguments.begin(), program(name).string());
  return run_process(arguments, options);
}

/// Its --json output, once it has succeeded.
inline Json json_of(
    std::vector<std::string> arguments,
    const std::string& name = "nanobrain-run") {
  arguments.push_back("--json");
  const ProcessResult result = run_program(std::move(arguments), name);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return parse_json(result.out, name);
}

/// Expects an exit code, a message on stderr and nothing on stdout.
inline void expect_failure(
    int exit_code,
    const std::string& message,
    const std::vector<std::string>& arguments) {
  const ProcessResult result = run_program(arguments);
  EXPECT_EQ(result.exit_code, exit_code);
  EXPECT_THAT(result.err, ::testing::HasSubstr("nanobrain-run: "));
  EXPECT_THAT(result.err, ::testing::HasSubstr(message));
  EXPECT_EQ(result.out, "");
}

/// A folder for all tests of a suite.
class DeployTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder_ = new TempDir;
    write_int8_folder(folder_->path());
  }
  static void TearDownTestSuite() { delete folder_; }
  static std::string model() { return folder_->path().string(); }
  /// Whether this build has the main program, which needs LibTorch.
  static bool has_nanobrain() { return std::filesystem::exists(program()); }

  const TempDir temporary_;

 private:
  static inline TempDir* folder_ = nullptr;
};

} // namespace nanobrain::testing
