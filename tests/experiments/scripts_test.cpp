// What all scripts of experiments/ share: help, wrong usage, output folders.
#include <map>

#include "tests/support/command_test.h"

namespace nanobrain::testing {
namespace {

using Scripts = CommandTest;

TEST_F(Scripts, KnowTheirHelpAndRefuseWhatTheyDoNotKnow) {
  const fs::path folder = source_dir() / "experiments";
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
  for (const auto& [name, usage] : usages) {
    const std::string script = folder / (name + ".sh");
    for (const char* flag : {" -h", " --help"}) {
      EXPECT_THAT(
          output(script + flag), ::testing::StartsWith("usage: " + usage));
    }
    refused(
        2,
        {{script + " --ouput", "there is no flag --ouput; usage: " + usage}});
  }
  int scripts = 0;
  for (const auto& file : fs::recursive_directory_iterator(folder)) {
    if (file.path().extension() == ".sh") ++scripts;
  }
  EXPECT_EQ(scripts, std::ssize(usages) + 1); // and lib.sh
  EXPECT_EQ(run("demo.sh a b").exit_code, 2);
}

// The demo replaces its folder's results, so it must be sure whose it is.
TEST_F(Scripts, TakeNoFolderOfTheUsers) {
  fs::create_directory(path("mine"));
  write("mine/thesis.tex", "years of work");
  refused(
      1,
      {{"demo.sh mine", "holds other things"},
       {"growth.sh mine", "holds other things"},
       {"demo.sh mine/thesis.tex", "holds other things"}});
  EXPECT_EQ(read("mine/thesis.tex"), "years of work");
  EXPECT_EQ(std::distance(fs::directory_iterator(path("mine")), {}), 1);

  // Nor what another script, or an earlier day, has left.
  const std::string record = "2026-11-23-tokenizer-speed";
  fs::copy(source_dir() / "experiments/records" / record, path(record));
  fs::create_directory(path("demo"));
  write("demo/.made_by_demo.sh", "");
  refused(
      1,
      {{"growth.sh demo", "holds other things"},
       {"growth.sh " + record, "holds other things"},
       {"peers/tokenizers.sh world/text.txt world " + record,
        "holds other things"}});
  output("diff -r " + record + " $OLDPWD/" + record);
}

} // namespace
} // namespace nanobrain::testing
