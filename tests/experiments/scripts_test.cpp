// What all scripts of experiments/ share: help, wrong usage, output folders.
#include <map>

#include "tests/support/support.h"

namespace nanobrain::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
namespace fs = std::filesystem;

ProcessResult run(
    const std::string& script, std::vector<std::string> arguments) {
  arguments.insert(
      arguments.begin(), source_dir() / "experiments" / (script + ".sh"));
  return run_process(arguments, {.environment = {{"NANOBRAIN", program()}}});
}

TEST(Scripts, KnowTheirHelpAndRefuseWhatTheyDoNotKnow) {
  const std::map<std::string, std::string> usages = {
      {"compare_gpt2", "compare_gpt2.sh OUT"},
      {"demo", "demo.sh [OUT]"},
      {"first_run", "first_run.sh INPUT... OUT"},
      {"freeze_and_time", "freeze_and_time.sh RUN TEXT OUT"},
      {"growth", "growth.sh [OUT]"},
      {"peers/deploy", "deploy.sh MODEL [OUT]"},
      {"peers/gpt2", "gpt2.sh TOKENIZER TEXT [OUT]"},
      {"peers/tokenizers", "tokenizers.sh TEXT GPT2_FOLDER [OUT]"},
      {"peers/train", "train.sh [CONFIG.yaml] [OUT]"}};
  for (const auto& [script, usage] : usages) {
    for (const char* flag : {"-h", "--help"}) {
      const auto help = run(script, {flag});
      EXPECT_EQ(help.exit_code, 0) << script;
      EXPECT_THAT(help.out, StartsWith("usage: " + usage));
    }
    const auto wrong = run(script, {"--ouput"});
    EXPECT_EQ(wrong.exit_code, 2) << script;
    EXPECT_THAT(
        wrong.err, HasSubstr("there is no flag --ouput; usage: " + usage));
  }
  int scripts = 0;
  for (const auto& file :
       fs::recursive_directory_iterator(source_dir() / "experiments")) {
    if (file.path().extension() == ".sh") ++scripts;
  }
  EXPECT_EQ(scripts, std::ssize(usages) + 1); // and lib.sh
  EXPECT_EQ(run("demo", {"a", "b"}).exit_code, 2);
}

// The demo replaces its folder's results, so it must be sure whose it is.
TEST(Scripts, TakeNoFolderOfTheUsers) {
  TempDir dir;
  write_text(dir / "thesis.tex", "years of work");
  for (const char* script : {"demo", "growth"}) {
    const auto refused = run(script, {dir.path()});
    EXPECT_EQ(refused.exit_code, 1);
    EXPECT_THAT(refused.err, HasSubstr("holds other things"));
  }
  const auto file = run("demo", {dir / "thesis.tex"});
  EXPECT_EQ(file.exit_code, 1);
  EXPECT_THAT(file.err, HasSubstr("holds other things"));
  EXPECT_EQ(read_text(dir / "thesis.tex"), "years of work");
  EXPECT_EQ(std::distance(fs::directory_iterator(dir.path()), {}), 1);
}

} // namespace
} // namespace nanobrain::testing
