// What all scripts of experiments/ share; those that only print a table.
#include <map>

#include "tests/support/command_test.h"

namespace nanobrain::testing {
namespace {

using Scripts = CommandTest;

TEST_F(Scripts, KnowTheirHelpAndRefuseWhatTheyDoNotKnow) {
  const fs::path folder = source_dir() / "experiments";
  const std::map<std::string, std::string> usages = {
      {"compare_gpt2", "compare_gpt2.sh OUT"},
      {"cuda_check", "cuda_check.sh LIBTORCH [OUT]"},
      {"demo", "demo.sh [OUT]"},
      {"first_run", "first_run.sh INPUT... OUT"},
      {"freeze_and_time", "freeze_and_time.sh RUN TEXT OUT"},
      {"generation", "generation.sh MODEL HELD_OUT OUT"},
      {"growth", "growth.sh [OUT]"},
      {"peers/deploy", "deploy.sh [--isa avx2] MODEL [OUT]"},
      {"peers/gpt2", "gpt2.sh [--isa avx2] TOKENIZER TEXT [OUT]"},
      {"peers/tokenizers", "tokenizers.sh TEXT GPT2_FOLDER [OUT]"},
      {"peers/train", "train.sh [--isa avx2] [CONFIG.yaml] [OUT]"}};
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
  const fs::path record =
      source_dir() / "experiments/records/2026-11-23-tokenizer-speed";
  fs::copy(record, path("record"));
  fs::create_directory(path("demo"));
  write("demo/.made_by_demo.sh", "");
  refused(
      1,
      {{"growth.sh demo", "holds other things"},
       {"growth.sh record", "holds other things"}});
  output("diff -r record " + record.string());
}

// On a machine without a card, and with a LibTorch for processors alone.
TEST_F(Scripts, TheCheckOfACardSaysWhatIsMissing) {
  write("nvidia-smi", "#!/bin/sh\nexit 9\n");
  output(
      "chmod +x nvidia-smi; mkdir -p torch/lib torch/share/cmake/Torch; "
      "touch torch/share/cmake/Torch/TorchConfig.cmake");
  refused(1, {{"cuda_check.sh torch out", "holds no CUDA LibTorch"}});
  write("torch/lib/libtorch_cuda.so", "");
  refused(
      1,
      {{"PATH=.:$PATH cuda_check.sh torch out", "finds no CUDA card"},
       {"PATH=.:$PATH cuda_check.sh cu130 out", "nothing was built"}});
  EXPECT_FALSE(exists("out"));
}

/// A script that times, as short as can be, and words of its table.
class Timings : public CommandTest,
                public ::testing::WithParamInterface<
                    std::pair<const char*, const char*>> {};

TEST_P(Timings, EndInATable) {
  if (!exists("world/gpt2")) GTEST_SKIP() << kNoPython;
  // One step of few tokens stands for all of growth.sh.
  write(
      "short",
      "#!/bin/sh\n[ -e json ] || nanobrain \"$@\" --set train.batch_size=1 "
      "--set train.seq_len=8 >json\ncat json\n");
  // Instead of the model of 124 M parameters that gpt2.sh makes once.
  output(
      "chmod +x short; mkdir out; cp -r world/gpt2 out/model; "
      "touch out/.made_by_gpt2.sh");
  const auto [line, words] = GetParam();
  EXPECT_THAT(
      output(
          "export THREADS=1 STEPS=1 ROUNDS=1 PATH=" +
          (source_dir() / "experiments/peers").string() + ":$PATH; " + line),
      ::testing::HasSubstr(words));
}

INSTANTIATE_TEST_SUITE_P(
    Scripts,
    Timings,
    ::testing::ValuesIn(std::vector<std::pair<const char*, const char*>>{
        {"NANOBRAIN=$PWD/short growth.sh new", "\n| 131,072 | 32 | 2 | 256 | "},
        // torch.compile's compilations would take a minute.
        {"TORCHDYNAMO_DISABLE=1 train.sh world/run/config.yaml new", "PyTorch"},
        {"SAMPLES=3 TOKENS=600 generation.sh world/run world/val.txt new",
         "distinct 3-grams"},
        {"BYTES=200 PRECISIONS=f32 gpt2.sh world/gpt2 world/val.txt out",
         "transformers"},
        {"SENTENCEPIECE=world/tokenizer tokenizers.sh world/text.txt "
         "world/gpt2 new",
         "tiktoken"},
        {"PEERS=nanobrain deploy.sh world/gpt2 new", "nanobrain int8"}}));

} // namespace
} // namespace nanobrain::testing
