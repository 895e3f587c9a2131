// nanobrain-run generate as users run it: the texts of nanobrain generate,
// batches in order, and a message for each wrong request.
#include <sstream>

#include "nanobrain/base/utf8.h"
#include "tests/deploy/int8_folder.h"

namespace nanobrain::testing {
namespace {

using namespace ::testing;

class Generate : public DeployTest {
 protected:
  static inline const std::string kGenerate =
      "nanobrain-run generate --model model ";
};

TEST_F(Generate, GivesTheTextOfNanobrain) {
  if (!has_nanobrain()) GTEST_SKIP() << "this build has no nanobrain";
  const std::string past_the_context(300, 'x');
  for (const std::string& request : std::vector<std::string>{
           "--prompt the --seed 7",
           "--prompt '' --temperature 0.7 --top-k 40",
           "--prompt 'a\nb' --top-p 0.8 --max-tokens 130",
           "--temperature 0 --prompt " + past_the_context}) {
    const std::string other = "nanobrain generate --model model " + request;
    const std::string text = output(kGenerate + request);
    EXPECT_EQ(text, output(other));
    Json ours = json(kGenerate + request);
    Json theirs = json(other);
    EXPECT_THAT(text, StartsWith(ours["prompt"].get<std::string>()));
    ours.erase("tokens_per_s");
    theirs.erase("tokens_per_s");
    EXPECT_EQ(ours, theirs);
  }
}

TEST_F(Generate, SeedsDecideAndThreadsDoNot) {
  const auto text = [&](const std::string& flags) {
    return json(kGenerate + flags)["text"];
  };
  const Json first = text("--seed 1 --threads 1");
  EXPECT_EQ(first, text("--seed 1 --threads 2"));
  EXPECT_NE(first, text("--seed 2 --threads 1"));
}

TEST_F(Generate, JsonSaysWhatWasMade) {
  const Json made = json(kGenerate + "--prompt ab --max-tokens 5");
  EXPECT_EQ(made["prompt"], "ab");
  EXPECT_EQ(made["tokens"], 5);
  EXPECT_EQ(made["ended"], false);
  EXPECT_GT(made["tokens_per_s"], 0);
  EXPECT_TRUE(is_valid_utf8(made["text"].get<std::string>()));
}

TEST_F(Generate, PromptsComeFromAFile) {
  write("prompt.txt", "one\ntwo\n");
  EXPECT_EQ(
      json(kGenerate + "--prompt-file prompt.txt")["prompt"], "one\ntwo\n");
}

TEST_F(Generate, ABatchGivesWhatEachPromptGivesAlone) {
  const std::vector<std::string> prompts = {
      "the cat", "", "x", "a \"b\"", "\xc3\xa9t\xc3\xa9"};
  std::string lines, json_lines;
  std::vector<Json> alone;
  for (const auto& prompt : prompts) {
    lines += prompt + "\r\n";
    json_lines += Json{{"prompt", prompt}}.dump() + "\n";
    alone.push_back(json(kGenerate + "--prompt '" + prompt + "'"));
    alone.back().erase("tokens_per_s");
  }
  write("prompts.txt", lines);
  write("prompts.jsonl", json_lines);
  for (const std::string file : {"prompts.txt", "prompts.jsonl"}) {
    for (const char* threads : {" --threads 1", " --threads 3"}) {
      std::istringstream rows(
          output(kGenerate + "--json --input " + file + threads));
      for (const Json& expected : alone) {
        std::string row;
        ASSERT_TRUE(std::getline(rows, row));
        Json got = Json::parse(row);
        got.erase("tokens_per_s");
        EXPECT_EQ(got, expected);
      }
      EXPECT_EQ(rows.get(), EOF);
    }
  }
  const std::string text = output(kGenerate + "--input prompts.txt");
  EXPECT_THAT(text, StartsWith("[1]\nthe cat"));
  EXPECT_THAT(text, HasSubstr("\n[5]\n\xc3\xa9t\xc3\xa9"));
}

TEST_F(Generate, WrongBatchesAreRefusedBeforeAWordIsShown) {
  write("empty.txt", "");
  write("latin.txt", "a\n\xe9\n");
  write("b.jsonl", "{\"prompt\": \"a\"}\n{\"text\": 1}\n");
  write("c.jsonl", "{\"prompt\": 1}\n");
  write("d.jsonl", "{\"prompt\"\n");
  const std::string batch = kGenerate + "--input ";
  refused(
      1,
      {{batch + "empty.txt", "is empty; write a prompt on each line"},
       {batch + "latin.txt", "line 2] the prompt is not valid UTF-8"},
       {batch + "b.jsonl", "line 2] holds no"},
       {batch + "c.jsonl", "line 1] holds no text under"},
       {batch + "d.jsonl", "d.jsonl, line 1"},
       {batch + "no.txt", "no.txt"},
       {kGenerate + "--prompt $'a\\xff'",
        "the text is not valid UTF-8 at byte 1; convert it first"}});
}

TEST_F(Generate, WrongRequestsAreRefused) {
  refused(
      2,
      {{kGenerate + "--temperature -1", "temperature"},
       {kGenerate + "--top-k -1", "top_k"},
       {kGenerate + "--top-p 0", "top_p"},
       {kGenerate + "--top-p 1.5", "top_p"},
       {kGenerate + "--max-tokens -1", "max_tokens is -1"},
       {kGenerate + "--threads -1", "must be from 0 (all) to 1024"},
       {kGenerate + "--seed -1", "--seed must be a whole number from 0"},
       {kGenerate + "--prompt a --input f", "--input"},
       {kGenerate + "--temprature 1", "did you mean --temperature?"}});
}

} // namespace
} // namespace nanobrain::testing
