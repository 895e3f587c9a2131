// nanobrain-run as a program: one small file, facts of a folder, folders that
// are not what they claim, pipes that close and signals.
#include <unistd.h>

#include <csignal>

#include "tests/deploy/int8_folder.h"

namespace nanobrain::testing {
namespace {

using namespace ::testing;

/// The forms of a table that hold the same rows.
const std::string kFiles = "--csv t.csv --markdown t.md --output t.json";

class Program : public DeployTest {
 protected:
  /// "copy" is the folder, to be damaged.
  void copy_model() const {
    fs::copy(fs::canonical(path("model")), path("copy"));
  }
  void refuse(const std::string& folder, const std::string& words) const {
    for (const std::string command : {"generate", "info"}) {
      refused(1, {{"nanobrain-run " + command + " --model " + folder, words}});
    }
  }
};

TEST_F(Program, IsOneSmallFile) {
  const std::string file = program("nanobrain-run");
  const std::string sections = output("readelf -dS " + file);
  if (sections.find(".dynamic") != std::string::npos) {
    GTEST_SKIP() << "linked to shared libraries";
  }
  EXPECT_THAT(sections, Not(HasSubstr("NEEDED")));
  // The promise of its size is without symbols.
  output("strip -o stripped " + file);
  EXPECT_LT(fs::file_size(path("stripped")), 3'000'000u);
}

TEST_F(Program, SaysWhatItIs) {
  EXPECT_THAT(output("nanobrain-run --version"), StartsWith("nanobrain-run "));
  const std::string help = output("nanobrain-run --help");
  for (const char* command : {"generate", "score", "bench", "info"}) {
    EXPECT_THAT(help, HasSubstr(command));
  }
  refused(
      2,
      {{"nanobrain-run genrate", "nanobrain-run: "},
       {"nanobrain-run genrate", "did you mean generate?"},
       {"nanobrain-run info", "--model"}});
}

TEST_F(Program, InfoTellsTheFactsOfAFolder) {
  const Json facts = json("nanobrain-run info --model model " + kFiles);
  EXPECT_EQ(read_json("t.json"), facts);
  EXPECT_THAT(read("t.md"), StartsWith("| part | bytes |\n|---|---:|\n"));
  int64_t bytes = 0;
  for (const auto& [part, of_part] : facts["bytes_by_part"].items()) {
    EXPECT_THAT(read("t.csv"), HasSubstr(part + "," + of_part.dump() + "\n"));
    bytes += of_part.get<int64_t>();
  }
  EXPECT_EQ(bytes, facts["bytes"]);
  EXPECT_EQ(bytes, fs::file_size(path("model/model.int8.safetensors")));
  // V C + T C, blocks with biases (C = 24, F = 40), norms
  const int64_t block = 3 * 24 * 25 + 24 * 25 + 40 * 25 + 24 * 41 + 4 * 24;
  EXPECT_EQ(facts["parameters"], 1200 * 24 + 50 * 24 + 2 * block + 2 * 24);
  EXPECT_EQ(facts["tokenizer"]["kind"], "sentencepiece");
  EXPECT_EQ(facts["max_seq_len"], 50);
  EXPECT_THAT(
      output("NANOBRAIN_ISA=portable nanobrain-run info --model model"),
      HasSubstr("machine: portable (of "));
}

TEST_F(Program, BenchTimesForwardsTextsAndItsOwnStart) {
  for (const std::string work :
       {"forward --tokens 8", "generate --tokens 8", "start"}) {
    const Json timed = json(
        "nanobrain-run bench " + work +
        " --threads 1 --repetitions 3 --model model --force " + kFiles);
    EXPECT_EQ(read_json("t.json"), timed);
    EXPECT_THAT(read("t.md"), HasSubstr("|---:|"));
    const Json median = timed.value(
        work.starts_with("generate") ? "tokens_per_s" : "median_ms", Json());
    EXPECT_GT(median, 0) << timed.dump();
    EXPECT_LE(timed["min"], median);
    EXPECT_GE(timed["max"], median);
    const std::string ends = timed["min"].dump() + "," + timed["max"].dump();
    EXPECT_THAT(read("t.csv"), HasSubstr(median.dump() + "," + ends + ","));
    EXPECT_EQ(timed["threads"], 1);
    EXPECT_TRUE(timed.contains("cpu"));
  }
  const std::string start = "nanobrain-run bench start --model ";
  refused(1, {{start + "nowhere", "nowhere is neither a model folder"}});
  refused(
      2,
      {{start + "model --repetitions 0", "--repetitions"},
       {start + "model --threads -1", "--threads"},
       {start + "model --force --csv model/config.json", "--model and --csv"}});
}

TEST_F(Program, FoldersThatAreNotWhatTheyClaim) {
  refuse("nowhere", "nowhere is neither a model folder");
  copy_model();
  const std::string weights = "copy/model.int8.safetensors";
  const std::string good = read(weights);
  write(weights, good.substr(0, good.size() / 2));
  refuse("copy", "model.int8.safetensors");
  std::string huge = good;
  huge[6] = 0x7f; // of the header's length
  write(weights, huge);
  refuse("copy", "model.int8.safetensors");
  fs::remove(path(weights));
  refuse("copy", "has no model.int8.safetensors; make one of an f32 model");
  write("copy/model.safetensors", "");
  refuse("copy", "is an f32 model, and this program runs int8 models only");
  write(weights, good);
  write("copy/config.json", "{\"model_type\": \"gpt2\"}");
  refuse("copy", "config.json");
}

TEST_F(Program, TokenizersThatAreMissingOrAnothers) {
  copy_model();
  fs::remove(path("copy/tokenizer.json"));
  fs::remove(path("copy/tokenizer.model"));
  refuse("copy", "has no tokenizer; put its files beside config.json");
  const std::string pieces = read("model/tokenizer.model");
  write("copy/tokenizer.model", pieces.substr(0, pieces.size() / 2));
  refuse("copy", "is not a whole SentencePiece model");
  Int8Model({.vocab_size = 1199}).write(path("copy"));
  write("copy/tokenizer.model", pieces);
  refuse("copy", "the tokenizer has 1200 ids, but the model only 1199");
}

// Text of a process that never ends by itself has not waited for the end.
TEST_F(Program, StreamsUntilASignalOrAClosedPipe) {
  const std::string endless =
      "nanobrain-run generate --model model --prompt begin --temperature 0 "
      "--max-tokens 1000000000 ";
  const auto closed = run(endless + "| true; exit ${PIPESTATUS[0]}");
  EXPECT_EQ(closed.exit_code, 1);
  EXPECT_THAT(closed.err, HasSubstr("stdout"));

  ChildProcess streaming = start(endless + ">text");
  while (streaming.running() &&
         (!exists("text") || fs::file_size(path("text")) < 200)) {
    usleep(10'000);
  }
  EXPECT_THAT(read("text"), StartsWith("begin"));
  streaming.signal(SIGINT);
  EXPECT_EQ(streaming.wait(), 130) << read("stderr");
}

} // namespace
} // namespace nanobrain::testing
