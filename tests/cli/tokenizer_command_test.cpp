// nanobrain tokenizer as a user runs it.
#include <algorithm>

#include "tests/support/command_test.h"

namespace nanobrain::testing {
namespace {

using ::testing::HasSubstr;
/// Uses the world's tokenizer of 400 pieces, and a text of 300 documents.
class TokenizerCommand : public CommandTest {
 protected:
  void SetUp() override {
    for (int i = 0; i < 300; ++i) {
      text_ += "Document " + std::to_string(i * i) + " says:\nthe cat sat on";
      text_ += i % 3 == 0 ? "  the mat.\n\n" : " a mat\u2026\n\n\n";
    }
  }
  ProcessResult convert(
      const std::string& verb,
      const std::string& input,
      const std::string& flags = "") const {
    return run(
        "nanobrain tokenizer " + verb + " --tokenizer world/tokenizer " + flags,
        {.input = input});
  }

  static inline const std::string kTrain =
      "nanobrain tokenizer train --input world/text.txt --vocab-size 400 ";
  std::string text_;
};

TEST_F(TokenizerCommand, TrainsIntoAFolderOrOneFile) {
  fs::create_directory(path("tok")); // empty: as good as new
  const Json report = json(kTrain + "--output tok");
  EXPECT_EQ(report["vocab_size"], 400);
  EXPECT_GT(report["bytes_per_token"].get<double>(), 1.0);
  EXPECT_GT(report["input"]["documents"], 10);
  for (const char* name :
       {"tokenizer.model", "tokenizer.json", "tokenizer_config.json"}) {
    EXPECT_TRUE(exists(std::string("tok/") + name)) << name;
  }
  write("one.model", "precious");
  refused(1, {{kTrain + "--output one.model", "one.model exists already"}});
  EXPECT_EQ(read("one.model"), "precious");
  EXPECT_THAT(
      output(kTrain + "--output one.model --force"), HasSubstr("400 pieces"));
  EXPECT_EQ(read("one.model"), read("tok/tokenizer.model"));
}

TEST_F(TokenizerCommand, IdsComeBackAsTheSameBytes) {
  for (const std::string flags : {"", "--split-documents"}) {
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
  const auto refused = convert("encode", text_, "--json");
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("name a file with --output"));

  const auto done = convert("encode", text_, "--json --output ids.txt");
  ASSERT_EQ(done.exit_code, 0) << done.err;
  const Json report = Json::parse(done.out);
  EXPECT_EQ(report["bytes"], text_.size());
  EXPECT_GT(report["mb_per_s"].get<double>(), 0);
  const std::string line = read("ids.txt");
  EXPECT_EQ(report["tokens"], std::count(line.begin(), line.end(), ' ') + 1);
}

TEST_F(TokenizerCommand, ExistingOutputsAreKeptUnlessForced) {
  write("ids.txt", "precious");
  const auto kept = convert("encode", "a", "--output ids.txt");
  EXPECT_EQ(kept.exit_code, 1);
  EXPECT_THAT(kept.err, HasSubstr("exists already; name another file"));
  EXPECT_EQ(read("ids.txt"), "precious");
  EXPECT_EQ(convert("encode", "a", "--output ids.txt --force").exit_code, 0);
  EXPECT_NE(read("ids.txt"), "precious");

  // A folder must be new or empty.
  fs::create_directory(path("mine"));
  write("mine/letter.txt", "dear");
  refused(
      1,
      {{kTrain + "--output mine --force",
        "mine exists already; name another folder"}});
  EXPECT_FALSE(exists("mine/tokenizer.model"));
}

TEST_F(TokenizerCommand, BadInputIsNamed) {
  const std::string encode =
      "nanobrain tokenizer encode --tokenizer world/tokenizer ";
  // Standard input that cannot be read is no empty text.
  refused(
      1,
      {{encode + "</", "[stdin] cannot be read: Is a directory"},
       {encode + "<&-", "[stdin] cannot be read: Bad file descriptor"},
       {"printf 'ab\\377' | " + encode, "not valid UTF-8 at byte 2"},
       {"printf '3 4\\n5 400\\n' | nanobrain tokenizer decode "
        "--tokenizer world/tokenizer",
        "line 2, token 2: \"400\""},
       {"nanobrain tokenizer train --input world/text.txt --output big "
        "--vocab-size 30000",
        "ask for at most"}});
  EXPECT_FALSE(exists("big"));
  refused(2, {{kTrain + "--output x --kind wordpiece", "wordpiece"}});
}

TEST_F(TokenizerCommand, AFullDiskLeavesNothing) {
  fs::create_directory(path("full"));
  const auto result =
      run(kTrain + "--output full/new", {.max_file_bytes = 1000});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("tokenizer.model] cannot be written"));
  EXPECT_TRUE(fs::is_empty(path("full")));
}

} // namespace
} // namespace nanobrain::testing
