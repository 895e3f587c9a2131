// A random int8 folder with a SentencePiece tokenizer, for all tests of a
// suite.
#pragma once

#include "tests/runtime/int8_model.h"
#include "tests/support/command_test.h"
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

/// The folder is "model".
class DeployTest : public CommandTest {
 protected:
  static void SetUpTestSuite() {
    folder_ = new TempDir;
    write_int8_folder(folder_->path());
  }
  static void TearDownTestSuite() { delete folder_; }
  DeployTest() {
    std::filesystem::create_symlink(folder_->path(), dir_ / "model");
  }
  /// Whether this build has the main program, which needs LibTorch.
  static bool has_nanobrain() { return std::filesystem::exists(program()); }

 private:
  static inline TempDir* folder_ = nullptr;
};

} // namespace nanobrain::testing
