// nanobrain-run as a program: one small file, facts of a folder, folders that
// are not what they claim, pipes that close and signals.
#include <sys/wait.h>
#include <unistd.h>
#include <csignal>
#include <cstdio>

#include <array>

#include "tests/deploy/int8_folder.h"

namespace nanobrain {
namespace {

namespace fs = std::filesystem;

using testing::expect_failure;
using ::testing::HasSubstr;
using testing::json_of;
using ::testing::Not;
using testing::program;
using testing::read_text;
using testing::run_process;
using testing::run_program;
using testing::write_text;

class Program : public testing::DeployTest {
 protected:
  /// A copy of the folder, to be damaged.
  std::string copy() const {
    fs::copy(model(), temporary_ / "m");
    return (temporary_ / "m").string();
  }
  static void refuse(const std::string& folder, const std::string& why) {
    for (const char* command : {"generate", "info"}) {
      expect_failure(1, why, {command, "--model", folder});
    }
  }
};

TEST_F(Program, IsOneSmallFile) {
  const auto sections =
      run_process({"readelf", "-dS", program("nanobrain-run").string()});
  if (sections.out.find(".dynamic") != std::string::npos) {
    GTEST_SKIP() << "linked to shared libraries";
  }
  EXPECT_THAT(sections.out, Not(HasSubstr("NEEDED")));
  // The promise of its size is without symbols.
  const auto stripped = (temporary_ / "stripped").string();
  run_process({"strip", "-o", stripped, program("nanobrain-run").string()});
  EXPECT_LT(fs::file_size(stripped), 3'000'000u);
}

TEST_F(Program, SaysWhatItIs) {
  const auto version = run_program({"--version"});
  EXPECT_EQ(version.exit_code, 0);
  EXPECT_THAT(version.out, ::testing::StartsWith("nanobrain-run "));
  const auto help = run_program({"--help"});
  EXPECT_EQ(help.exit_code, 0);
  for (const char* command : {"generate", "score", "bench", "info"}) {
    EXPECT_THAT(help.out, HasSubstr(command));
  }
  expect_failure(2, "did you mean generate?", {"genrate"});
  expect_failure(2, "--model", {"info"});
}

TEST_F(Program, InfoTellsTheFactsOfAFolder) {
  const Json facts = json_of({"info", "--model", model()});
  int64_t bytes = 0;
  for (const auto& part : facts["bytes_by_part"]) bytes += part.get<int64_t>();
  EXPECT_EQ(bytes, facts["bytes"]);
  EXPECT_EQ(bytes, fs::file_size(fs::path(model()) / "model.int8.safetensors"));
  // V C + T C, blocks with biases (C = 24, F = 40), norms
  const int64_t block = 3 * 24 * 25 + 24 * 25 + 40 * 25 + 24 * 41 + 4 * 24;
  EXPECT_EQ(facts["parameters"], 1200 * 24 + 50 * 24 + 2 * block + 2 * 24);
  EXPECT_EQ(facts["tokenizer"]["kind"], "sentencepiece");
  EXPECT_EQ(facts["max_seq_len"], 50);
  const auto portable = run_program(
      {"info", "--model", model()},
      "nanobrain-run",
      {.environment = {{"NANOBRAIN_ISA", "portable"}}});
  EXPECT_THAT(portable.out, HasSubstr("machine    portable (of "));
}

TEST_F(Program, BenchTimesForwardsTextsAndItsOwnStart) {
  for (const std::vector<std::string>& words :
       std::vector<std::vector<std::string>>{
           {"bench", "forward", "--tokens", "8", "--threads", "1"},
           {"bench", "generate", "--tokens", "8", "--threads", "1"},
           {"bench", "start", "--threads", "1"}}) {
    auto request = words;
    for (const std::string& word :
         {std::string("--model"),
          model(),
          std::string("--repetitions"),
          std::string("3")}) {
      request.push_back(word);
    }
    const Json json = json_of(request);
    const Json median = json.value(
        words[1] == "generate" ? "tokens_per_s" : "median_ms", Json());
    EXPECT_GT(median, 0) << json.dump();
    EXPECT_LE(json["min"], median);
    EXPECT_GE(json["max"], median);
    EXPECT_EQ(json["threads"], 1);
    EXPECT_TRUE(json.contains("cpu"));
  }
  expect_failure(
      2,
      "--repetitions",
      {"bench", "start", "--model", "m", "--repetitions", "0"});
  const auto nothing = run_program({"bench", "start", "--model", "nowhere"});
  EXPECT_EQ(nothing.exit_code, 1);
  EXPECT_THAT(nothing.err, HasSubstr("the program ended without a word"));
}

TEST_F(Program, FoldersThatAreNotWhatTheyClaim) {
  refuse("nowhere", "nowhere is no folder");
  refuse(temporary_.path().string(), "has no model.int8.safetensors");
  const fs::path folder = copy();
  const fs::path weights = folder / "model.int8.safetensors";
  const std::string good = read_text(weights);
  write_text(weights, good.substr(0, good.size() / 2));
  refuse(folder, "model.int8.safetensors");
  std::string huge = good;
  huge[6] = 0x7f; // of the header's length
  write_text(weights, huge);
  refuse(folder, "model.int8.safetensors");
  write_text(weights, good);
  write_text(folder / "config.json", "{\"model_type\": \"gpt2\"}");
  refuse(folder, "config.json");
}

TEST_F(Program, TokenizersThatAreMissingOrAnothers) {
  const fs::path folder = copy();
  fs::remove(folder / "tokenizer.json");
  fs::remove(folder / "tokenizer.model");
  refuse(folder, "has no tokenizer; put its files beside config.json");
  const std::string model =
      read_text(fs::path(this->model()) / "tokenizer.model");
  write_text(folder / "tokenizer.model", model.substr(0, model.size() / 2));
  refuse(folder, "is not a whole SentencePiece model");
  testing::Int8Model({.vocab_size = 1199}).write(folder);
  write_text(folder / "tokenizer.model", model);
  refuse(folder, "the tokenizer has 1200 ids, but the model only 1199");
}

TEST_F(Program, AClosedPipeEndsIt) {
  const auto result = run_process(
      {"bash",
       "-c",
       "\"$0\" \"$@\" | true; exit ${PIPESTATUS[0]}",
       program("nanobrain-run").string(),
       "generate",
       "--model",
       model(),
       "--temperature",
       "0",
       "--max-tokens",
       "1000000000"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("stdout"));
}

TEST_F(Program, StreamsAndStopsAtASignal) {
  // Text that arrives from a process that never ends by itself has not waited
  // for the end.
  std::array<int, 2> pipe_ends;
  ASSERT_EQ(pipe(pipe_ends.data()), 0);
  const std::string path = program("nanobrain-run").string();
  const std::string folder = model();
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    dup2(pipe_ends[1], STDOUT_FILENO);
    execl(
        path.c_str(),
        path.c_str(),
        "generate",
        "--model",
        folder.c_str(),
        "--prompt",
        "begin",
        "--temperature",
        "0",
        "--max-tokens",
        "1000000000",
        nullptr);
    _exit(127);
  }
  close(pipe_ends[1]);
  std::string text;
  std::array<char, 256> part;
  const auto read_some = [&] {
    const ssize_t got = read(pipe_ends[0], part.data(), part.size());
    if (got > 0) text.append(part.data(), static_cast<size_t>(got));
    return got > 0;
  };
  while (text.size() < 200 && read_some()) {
  }
  EXPECT_GE(text.size(), 200u);
  EXPECT_THAT(text, ::testing::StartsWith("begin"));
  kill(child, SIGINT);
  while (read_some()) {
  }
  close(pipe_ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 130);
}

} // namespace
} // namespace nanobrain
