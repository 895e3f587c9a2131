// nanobrain-run generate as users run it: the texts of nanobrain generate,
// batches in order, and a message for each wrong request.
#include "nanobrain/base/utf8.h"
#include "tests/deploy/int8_folder.h"

namespace nanobrain {
namespace {

using testing::expect_failure;
using ::testing::HasSubstr;
using testing::json_of;
using testing::run_program;
using ::testing::StartsWith;
using testing::write_text;

class Generate : public testing::DeployTest {
 protected:
  using Words = std::vector<std::string>;
  static Words with(const Words& more) {
    Words words = {"generate", "--model", model()};
    words.insert(words.end(), more.begin(), more.end());
    return words;
  }
};

TEST_F(Generate, GivesTheTextOfNanobrain) {
  if (!has_nanobrain()) GTEST_SKIP() << "this build has no nanobrain";
  const std::string past_the_context(300, 'x');
  for (const Words& request : std::vector<Words>{
           {"--prompt", "the", "--seed", "7"},
           {"--prompt", "", "--temperature", "0.7", "--top-k", "40"},
           {"--prompt", "a\nb", "--top-p", "0.8", "--max-tokens", "130"},
           {"--prompt", past_the_context, "--temperature", "0"}}) {
    const auto ours = run_program(with(request));
    EXPECT_EQ(ours.exit_code, 0) << ours.err;
    EXPECT_EQ(ours.out, run_program(with(request), "nanobrain").out);
    Json one = json_of(with(request));
    Json other = json_of(with(request), "nanobrain");
    EXPECT_THAT(ours.out, StartsWith(one["prompt"].get<std::string>()));
    one.erase("tokens_per_s");
    other.erase("tokens_per_s");
    EXPECT_EQ(one, other);
  }
}

TEST_F(Generate, SeedsDecideAndThreadsDoNot) {
  const auto text = [](const char* seed, const char* threads) {
    return json_of(with({"--seed", seed, "--threads", threads}))["text"];
  };
  EXPECT_EQ(text("1", "1"), text("1", "2"));
  EXPECT_NE(text("1", "1"), text("2", "1"));
}

TEST_F(Generate, JsonSaysWhatWasMade) {
  const Json json = json_of(with({"--prompt", "ab", "--max-tokens", "5"}));
  EXPECT_EQ(json["prompt"], "ab");
  EXPECT_EQ(json["tokens"], 5);
  EXPECT_EQ(json["ended"], false);
  EXPECT_GT(json["tokens_per_s"], 0);
  EXPECT_TRUE(is_valid_utf8(json["text"].get<std::string>()));
}

TEST_F(Generate, PromptsComeFromAFile) {
  write_text(temporary_ / "prompt.txt", "one\ntwo\n");
  const auto file = (temporary_ / "prompt.txt").string();
  EXPECT_EQ(json_of(with({"--prompt-file", file}))["prompt"], "one\ntwo\n");
}

TEST_F(Generate, ABatchGivesWhatEachPromptGivesAlone) {
  std::string lines, json_lines;
  const Words prompts = {"the cat", "", "x", "a \"b\"", "\xc3\xa9t\xc3\xa9"};
  for (const auto& prompt : prompts) {
    lines += prompt + "\r\n";
    json_lines += Json{{"prompt", prompt}}.dump() + "\n";
  }
  write_text(temporary_ / "prompts.txt", lines);
  write_text(temporary_ / "prompts.jsonl", json_lines);
  for (const char* name : {"prompts.txt", "prompts.jsonl"}) {
    const auto file = (temporary_ / name).string();
    for (const char* threads : {"1", "3"}) {
      const auto batch =
          run_program(with({"--input", file, "--threads", threads, "--json"}));
      EXPECT_EQ(batch.exit_code, 0) << batch.err;
      std::istringstream rows(batch.out);
      for (const auto& prompt : prompts) {
        std::string row;
        ASSERT_TRUE(std::getline(rows, row));
        Json got = parse_json(row, "row");
        Json alone = json_of(with({"--prompt", prompt}));
        got.erase("tokens_per_s");
        alone.erase("tokens_per_s");
        EXPECT_EQ(got, alone);
      }
      EXPECT_EQ(rows.get(), EOF);
    }
  }
  const auto text =
      run_program(with({"--input", (temporary_ / "prompts.txt").string()}));
  EXPECT_THAT(text.out, StartsWith("[1]\nthe cat"));
  EXPECT_THAT(text.out, HasSubstr("\n[5]\n\xc3\xa9t\xc3\xa9"));
}

TEST_F(Generate, WrongBatchesAreRefusedBeforeAWordIsShown) {
  const auto refuse = [&](const char* name, const char* text, const char* why) {
    write_text(temporary_ / name, text);
    expect_failure(1, why, with({"--input", (temporary_ / name).string()}));
  };
  refuse("empty.txt", "", "is empty; write a prompt on each line");
  refuse("latin.txt", "a\n\xe9\n", "line 2] the prompt is not valid UTF-8");
  refuse("b.jsonl", "{\"prompt\": \"a\"}\n{\"text\": 1}\n", "line 2] holds no");
  refuse("c.jsonl", "{\"prompt\": 1}\n", "line 1] holds no text under");
  refuse("d.jsonl", "{\"prompt\"\n", "d.jsonl, line 1");
  expect_failure(1, "no.txt", with({"--input", "no.txt"}));
}

TEST_F(Generate, WrongRequestsAreRefused) {
  const auto refuse = [&](const Words& words, const char* why) {
    expect_failure(2, why, with(words));
  };
  refuse({"--temperature", "-1"}, "temperature");
  refuse({"--top-k", "-1"}, "top_k");
  refuse({"--top-p", "0"}, "top_p");
  refuse({"--top-p", "1.5"}, "top_p");
  refuse({"--max-tokens", "-1"}, "max_tokens is -1");
  refuse({"--threads", "-1"}, "must be from 0 (all) to 1024");
  refuse({"--seed", "-1"}, "--seed must be a whole number from 0");
  refuse({"--prompt", "a", "--input", "f"}, "--input");
  refuse({"--temprature", "1"}, "did you mean --temperature?");
  expect_failure(
      1,
      "the text is not valid UTF-8 at byte 1; convert it first",
      with({"--prompt", "a\xff"}));
}

} // namespace
} // namespace nanobrain
