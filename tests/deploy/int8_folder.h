// A random int8 folder with a SentencePiece tokenizer, for all tests of a
// suite.
#pragma once

#include "tests/runtime/int8_model.h"
#include "tests/support/command_test.h"
#include "tests/tokenizer/texts.h"

namespace nanobrain::testing {

/// The folder is "model": 1,200 ids, context 50.
class DeployTest : public CommandTest {
 protected:
  static void SetUpTestSuite() {
    folder_ = new TempDir;
    write_int8_folder(folder_->path(), *small_tokenizer());
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
