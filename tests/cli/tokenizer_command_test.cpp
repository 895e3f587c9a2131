// nanobrain tokenizer as a user runs it.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "tests/support/support.h"

namespace nanobrain::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using Json = nlohmann::json;
namespace fs = std::filesystem;

ProcessResult tokenizer(
    std::vector<std::string> arguments, ProcessOptions options = {}) {
  arguments.insert(arguments.begin(), {program().string(), "tokenizer"});
  return run_process(arguments, options);
}

/// A folder with a text and, at "tok", a tokenizer of 320 pieces for it.
class TokenizerCommand : public ::testing::Test {
 protected:
  void SetUp() override {
    for (int i = 0; i < 300; ++i) {
      text_ += "Document " + std::to_string(i * i) + " says:\nthe cat sat on";
      text_ += i % 3 == 0 ? "  the mat.\n\n" : " a mat\u2026\n\n\n";
    }
    write_text(dir_ / "corpus.txt", text_);
    trained_ = train({"--output", dir_ / "tok", "--json"});
    ASSERT_EQ(trained_.exit_code, 0) << trained_.err;
  }
  ProcessResult train(
      std::vector<std::string> arguments, ProcessOptions options = {}) {
    arguments.insert(
        arguments.begin(),
        {"train", "--input", dir_ / "corpus.txt", "--vocab-size", "320"});
    return tokenizer(arguments, options);
  }
  ProcessResult convert(
      const std::string& verb,
      const std::string& input,
      std::vector<std::string> arguments = {}) {
    arguments.insert(arguments.begin(), {verb, "--tokenizer", dir_ / "tok"});
    ProcessOptions options;
    options.input = input;
    return tokenizer(arguments, options);
  }

  TempDir dir_;
  std::string text_;
  ProcessResult trained_;
};

TEST_F(TokenizerCommand, TrainsIntoAFolderOrOneFile) {
  const Json report = Json::parse(trained_.out);
  EXPECT_EQ(report["vocab_size"], 320);
  EXPECT_GT(report["bytes_per_token"].get<double>(), 1.0);
  EXPECT_EQ(report["input"]["documents"], 300);
  for (const char* name :
       {"tokenizer.model", "tokenizer.json", "tokenizer_config.json"}) {
    EXPECT_TRUE(fs::exists(dir_ / "tok" / name)) << name;
  }
  const auto one = train({"--output", dir_ / "one.model"});
  ASSERT_EQ(one.exit_code, 0) << one.err;
  EXPECT_THAT(one.out, HasSubstr("320 pieces"));
  EXPECT_EQ(
      read_text(dir_ / "one.model"),
      read_text(dir_ / "tok" / "tokenizer.model"));
}

TEST_F(TokenizerCommand, IdsComeBackAsTheSameBytes) {
  for (const std::vector<std::string>& flags :
       {std::vector<std::string>{}, {"--split-documents"}}) {
    const auto ids = convert("encode", text_, flags);
    ASSERT_EQ(ids.exit_code, 0) << ids.err;
    EXPECT_EQ(
        std::count(ids.out.begin(), ids.out.end(), '\n'),
        flags.empty() ? 1 : 301);
    EXPECT_EQ(convert("decode", ids.out, flags).out, text_);
  }
  EXPECT_EQ(convert("encode", "").out, "\n");
  EXPECT_EQ(convert("decode", "\n").out, "");
}

TEST_F(TokenizerCommand, JsonLeavesIdsToAFile) {
  const auto refused = convert("encode", text_, {"--json"});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("name a file with --output"));

  const std::string ids = dir_ / "ids.txt";
  const auto done = convert("encode", text_, {"--json", "--output", ids});
  ASSERT_EQ(done.exit_code, 0) << done.err;
  const Json report = Json::parse(done.out);
  EXPECT_EQ(report["bytes"], text_.size());
  EXPECT_GT(report["mb_per_s"].get<double>(), 0);
  const std::string line = read_text(ids);
  EXPECT_EQ(report["tokens"], std::count(line.begin(), line.end(), ' ') + 1);
}

TEST_F(TokenizerCommand, ExistingOutputsAreKeptUnlessForced) {
  const std::string ids = dir_ / "ids.txt";
  write_text(ids, "precious");
  const auto refused = convert("encode", "a", {"--output", ids});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(refused.err, HasSubstr("exists already; name another file"));
  EXPECT_EQ(read_text(ids), "precious");
  const auto forced = convert("encode", "a", {"--output", ids, "--force"});
  EXPECT_EQ(forced.exit_code, 0);
  EXPECT_NE(read_text(ids), "precious");

  const std::string model = dir_ / "one.model";
  write_text(model, "precious");
  EXPECT_EQ(train({"--output", model}).exit_code, 1);
  EXPECT_EQ(read_text(model), "precious");
  EXPECT_EQ(train({"--output", model, "--force"}).exit_code, 0);
  EXPECT_NE(read_text(model), "precious");
}

TEST_F(TokenizerCommand, AFolderMustBeNewOrEmpty) {
  fs::create_directory(dir_ / "mine");
  write_text(dir_ / "mine" / "letter.txt", "dear");
  const auto refused = train({"--output", dir_ / "mine", "--force"});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_THAT(
      refused.err, HasSubstr("mine exists already; name another folder"));
  EXPECT_FALSE(fs::exists(dir_ / "mine" / "tokenizer.model"));
  fs::create_directory(dir_ / "empty");
  EXPECT_EQ(train({"--output", dir_ / "empty"}).exit_code, 0);
}

TEST_F(TokenizerCommand, StdinThatCannotBeReadIsNoEmptyText) {
  const std::string encode = program().string() +
                             " tokenizer encode --tokenizer " +
                             (dir_ / "tok").string();
  for (const auto& [stdin_is, reason] :
       {std::pair{" </", "Is a directory"},
        std::pair{" <&-", "Bad file descriptor"}}) {
    const auto result = run_process({"sh", "-c", encode + stdin_is});
    EXPECT_EQ(result.exit_code, 1) << stdin_is;
    EXPECT_THAT(result.err, HasSubstr("[stdin] cannot be read: "));
    EXPECT_THAT(result.err, HasSubstr(reason));
    EXPECT_THAT(result.out, IsEmpty());
  }
}

TEST_F(TokenizerCommand, BadInputIsNamed) {
  const auto bad_text = convert("encode", "ab\xff");
  EXPECT_EQ(bad_text.exit_code, 1);
  EXPECT_THAT(bad_text.err, HasSubstr("not valid UTF-8 at byte 2"));
  EXPECT_THAT(bad_text.out, IsEmpty());
  const auto bad_id = convert("decode", "3 4\n5 320\n");
  EXPECT_EQ(bad_id.exit_code, 1);
  EXPECT_THAT(bad_id.err, HasSubstr("line 2, token 2: \"320\""));
  const auto too_many = tokenizer(
      {"train",
       "--input",
       dir_ / "corpus.txt",
       "--vocab-size",
       "30000",
       "--output",
       dir_ / "big"});
  EXPECT_EQ(too_many.exit_code, 1);
  EXPECT_THAT(too_many.err, HasSubstr("ask for at most"));
  EXPECT_FALSE(fs::exists(dir_ / "big"));
  const auto kind = train({"--output", dir_ / "x", "--kind", "wordpiece"});
  EXPECT_EQ(kind.exit_code, 2);
  EXPECT_EQ(tokenizer({}).exit_code, 2);
}

TEST_F(TokenizerCommand, AFullDiskLeavesNothing) {
  fs::create_directory(dir_ / "full");
  ProcessOptions small_disk;
  small_disk.max_file_bytes = 1000;
  const auto result = train({"--output", dir_ / "full" / "new"}, small_disk);
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("tokenizer.model] cannot be written"));
  EXPECT_TRUE(fs::is_empty(dir_ / "full"));
}

} // namespace
} // namespace nanobrain::testing
