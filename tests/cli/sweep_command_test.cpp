// nanobrain sweep from its YAML to its tables, undisturbed, killed and with
// runs that fail, and what it refuses.
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <functional>

#include "nanobrain/run/run_folder.h"
#include "tests/cli/sweep_test.h"
#include "tests/support/child_process.h"

namespace nanobrain::testing {
namespace {

using ::testing::HasSubstr;
class SweepCommand : public SweepTest {
 protected:
  int64_t lines_of(const std::string& file) const {
    const std::string text = read(file);
    return std::count(text.begin(), text.end(), '\n');
  }
  static void wait_until(const std::function<bool()>& met) {
    for (int i = 0; i < 6000; ++i) { // a minute
      if (met()) return;
      usleep(10'000);
    }
    FAIL() << "what was waited for does not come";
  }
  void wait_for_steps(const std::string& run) const {
    wait_until([&] {
      return exists(run + "/run/metrics.jsonl") &&
             !read(run + "/run/metrics.jsonl").empty();
    });
  }
  /// The processes that train a run, killed; their number.
  int kill_training(const std::string& run) const {
    using std::string_literals::operator""s;
    const std::string words = "\0train\0"s + path(run) + "/config.yaml\0"s;
    int killed = 0;
    for (const auto& process : fs::directory_iterator("/proc")) {
      const std::string command = read_text(process.path() / "cmdline");
      if (command.find(words) == command.npos) continue;
      kill(std::stoi(process.path().filename()), SIGKILL);
      ++killed;
    }
    return killed;
  }
};

TEST_F(SweepCommand, RunsAGridToItsTables) {
  write_sweep(
      "grid: {model.ffn_dim: [16, 48]}\nseeds: [1, 2]\nbudget: {steps: 20}\n");
  const Json plan = json(sweep("out --dry-run"));
  EXPECT_FALSE(exists("out"));
  EXPECT_EQ(plan["cells"].size(), 2u);
  EXPECT_EQ(plan["cells"][0]["tokens"], 20 * 2 * 16);
  EXPECT_GT(plan["seconds"], 0);
  // 2 cells x 2 seeds: 2 degrees of freedom; one pair, so nothing to adjust.
  EXPECT_EQ(plan["sd"], 0.0036);
  ASSERT_EQ(plan["detectable"].size(), 1u);
  const auto alone = plan["detectable"][0]["alone"].get<double>();
  EXPECT_NEAR(plan["detectable"][0]["adjusted"], alone, 1e-6);
  EXPECT_NEAR(
      json(sweep("out --dry-run --sd 0.0072"))["detectable"][0]["alone"],
      2 * alone,
      1e-6);
  EXPECT_THAT(output(sweep("out --dry-run")), HasSubstr("with 80 % power"));

  const Json result = json(sweep("out"));
  EXPECT_EQ(result["cells"], 2);
  EXPECT_EQ(result["done"], 4);
  EXPECT_EQ(result["failed"], 0);
  EXPECT_EQ(result["waiting"], 0);
  EXPECT_EQ(lines_of("out/cells.csv"), 1 + 2);
  EXPECT_EQ(lines_of("out/summary.csv"), 1 + 4);

  const std::string run = seed("out", "ffn_dim=48", 2);
  const Json figures = result_of(run);
  EXPECT_EQ(figures["steps"], 20);
  const Json inspected = json(
      "nanobrain inspect --text 'The cat sat.' --config " + run +
      "/config.yaml");
  EXPECT_EQ(figures["parameters"], inspected["parameters"]);
  EXPECT_EQ(plan["cells"][1]["parameters"], inspected["parameters"]);
  const auto evaluated = [&](const std::string& model) {
    return json(
        "nanobrain eval --input world/data/val.tokens --context 16 "
        "--threads 1 --model " +
        run + "/" + model)["nats_per_token"];
  };
  EXPECT_EQ(figures["val_loss"], evaluated("run"));
  EXPECT_EQ(figures["int8_val_loss"], evaluated("int8"));
  EXPECT_EQ(
      figures["int8_bytes"],
      fs::file_size(path(run + "/int8/model.int8.safetensors")));

  EXPECT_EQ(result["test"]["missing"], "no test.tokens");
  EXPECT_THAT(
      output(sweep("out")), HasSubstr("used both to choose and to report"));

  // Nothing is left to do, and nothing is done.
  const std::string file = path(run + "/result.json");
  const auto written = fs::last_write_time(file);
  EXPECT_EQ(json(sweep("out"))["done"], 4);
  EXPECT_EQ(json("nanobrain sweep --output out --jobs 1")["done"], 4);
  EXPECT_EQ(fs::last_write_time(file), written);
}

TEST_F(SweepCommand, StandsBesideCountedNgramsAndIsTestedOnce) {
  output(
      "nanobrain prepare --tokenizer world/tokenizer --input world/text.txt "
      "--val-fraction 0.2 --output data");
  write_sweep(
      "grid: {model.ffn_dim: [16, 32]}\nseeds: [1, 2]\nbudget: {steps: 20}\n"
      "set: {data.tokenizer: data, data.train: data/train.tokens, "
      "data.val: data/val.tokens}\n");
  const Json result = json(sweep("out"));
  // Uniform, unigram, and two to five tokens; the cells share a budget.
  ASSERT_EQ(result["ngrams"].size(), 6u);
  EXPECT_EQ(result["ngrams"][0]["cells"].size(), 2u);
  EXPECT_EQ(result["losing"], 2);
  const auto evaluated = [&](const std::string& run, const std::string& more) {
    return json(
        "nanobrain eval --context 16 --threads 1 --model " + run +
        "/run --input data/" + more);
  };
  // Another cell of the first seed has seen the same windows.
  const std::string run = seed("out", "ffn_dim=32", 1);
  const Json own =
      evaluated(run, "val.tokens --baseline-tokens data/train.tokens");
  for (size_t order = 0; order < 6; ++order) {
    EXPECT_EQ(
        result["ngrams"][order]["bits_per_byte"],
        own["baselines"][order]["bits_per_byte"]);
  }
  EXPECT_EQ(own["bits_per_byte"], result_of(run)["val_bits_per_byte"]);

  const Json& test = result["test"];
  EXPECT_EQ(test["looks"], 1);
  ASSERT_EQ(test["cells"].size(), 1u);
  const std::string best =
      seed("out", test["cells"][0]["id"].get<std::string>(), 2);
  EXPECT_EQ(
      test["cells"][0]["test"]["values"][1],
      evaluated(best, "test.tokens")["bits_per_byte"]);
  const auto written = fs::last_write_time(path("out/test.json"));
  const std::string text = output(sweep("out"));
  EXPECT_THAT(text, HasSubstr("LOSES to a counted n-gram: 2 of 2 cells"));
  EXPECT_THAT(text, HasSubstr("test was looked at once"));
  EXPECT_EQ(fs::last_write_time(path("out/test.json")), written);
  output("nanobrain report out --csv cells.csv");
  EXPECT_THAT(read("cells.csv"), HasSubstr("LOSES to the counted"));
}

TEST_F(SweepCommand, ConfirmsTheBestOnFreshSeeds) {
  write_sweep(
      "grid: {model.ffn_dim: [16, 32]}\nseeds: [1]\nbudget: {steps: 5}\n");
  refused(1, {{sweep("out --confirm 2"), "run it before --confirm"}});
  json(sweep("out"));
  const std::string tables = read("out/cells.csv") + read("out/summary.csv");
  EXPECT_EQ(json(sweep("out --confirm 2 --dry-run"))["cells"].size(), 2u);
  EXPECT_FALSE(exists("out/confirm"));
  const Json result = json(sweep("out --confirm 2"));
  EXPECT_EQ(result["done"], 4);
  EXPECT_EQ(result["reference"], "ffn_dim=32"); // as the base has it
  ASSERT_EQ(result["differences"].size(), 1u);
  EXPECT_EQ(result["differences"][0]["cell"], "ffn_dim=16");
  EXPECT_EQ(result_of(seed("out/confirm", "ffn_dim=16", 3))["seed"], 3);
  EXPECT_EQ(read("out/cells.csv") + read("out/summary.csv"), tables);
  // Given again there is nothing left to do.
  EXPECT_EQ(json(sweep("out --confirm 2")), result);
  EXPECT_THAT(
      output(sweep("out --confirm 2")),
      HasSubstr("bits per byte above ffn_dim=32"));
  output("nanobrain report out/confirm --csv confirmed.csv");
  EXPECT_EQ(lines_of("confirmed.csv"), 1 + 2);
}

TEST_F(SweepCommand, ResumesAfterAKill) {
  write_sweep(
      "grid: {model.ffn_dim: [16, 32]}\nseeds: [1]\nbudget: {steps: 1500}\n");
  const std::string first = seed("out", "ffn_dim=16", 1);
  {
    ChildProcess killed = start(sweep("out"));
    wait_for_steps(first);
    killed.signal(SIGKILL);
    EXPECT_EQ(killed.wait(), 128 + SIGKILL);
  }
  const std::string second = seed("out", "ffn_dim=32", 1);
  {
    // What the killed one had begun may still be saving: this begins the next.
    ChildProcess interrupted = start(sweep("out"));
    wait_for_steps(second);
    interrupted.signal(SIGINT);
    EXPECT_EQ(interrupted.wait(), 130) << read("stderr");
  }
  EXPECT_EQ(status_of(second)["state"], "interrupted");
  // And the clock jumps: all that is there seems to come from the future.
  for (const auto& file : fs::recursive_directory_iterator(path("out"))) {
    fs::last_write_time(
        file, fs::file_time_type::clock::now() + std::chrono::hours(90'000));
  }
  EXPECT_EQ(json(sweep("out"))["done"], 2);
  EXPECT_EQ(json(sweep("undisturbed"))["done"], 2);
  for (const char* cell : {"ffn_dim=16", "ffn_dim=32"}) {
    SCOPED_TRACE(cell);
    const std::string run = seed("out", cell, 1);
    EXPECT_THAT(read(run + "/log.txt"), HasSubstr("resumes after step"));
    EXPECT_EQ(
        result_of(run)["val_loss"],
        result_of(seed("undisturbed", cell, 1))["val_loss"]);
  }
}

TEST_F(SweepCommand, AFailureCostsItsRunAlone) {
  write_sweep(
      "grid: {optimizer.lr: [1.0e-3, 1.0e+30]}\nseeds: [1]\nretries: 2\n"
      "budget: {steps: 30}\nset: {train.checkpoint_every: 1}\n");
  const std::string run = seed("out", "lr=1e+30", 1);
  const Json result = json(sweep("out"));
  EXPECT_EQ(result["done"], 1);
  EXPECT_EQ(result["failed"], 1);
  const Json failed = status_of(run);
  EXPECT_EQ(failed["state"], "failed");
  EXPECT_EQ(failed["exit_code"], 1);
  EXPECT_THAT(failed["error"].get<std::string>(), HasSubstr("loss"));
  EXPECT_THAT(read("out/summary.csv"), HasSubstr("failed"));
  json(sweep("out"));
  EXPECT_EQ(status_of(run)["generation"], 1);
  // It would diverge again: one attempt of three, and from the first step.
  EXPECT_EQ(failed["attempts"], 1);
  EXPECT_THAT(failed["error"].get<std::string>(), HasSubstr("not retried"));
  json(sweep("out --retry-failed"));
  EXPECT_EQ(status_of(run)["state"], "failed");
  EXPECT_EQ(read(run + "/log.txt").find("resumes"), std::string::npos);
}

TEST_F(SweepCommand, AKilledRunIsReportedAndResumesWhenAsked) {
  write_sweep(
      "grid: {model.ffn_dim: [16]}\nseeds: [1]\nbudget: {steps: 1000}\n"
      "set: {train.checkpoint_every: 50}\n");
  const std::string run = seed("out", "ffn_dim=16", 1);
  ChildProcess sweeping = start(sweep("out"));
  wait_until([&] { return !list_checkpoints({path(run + "/run")}).empty(); });
  EXPECT_EQ(kill_training(run), 1);
  EXPECT_EQ(sweeping.wait(), 0);
  EXPECT_EQ(status_of(run)["state"], "failed");
  EXPECT_EQ(status_of(run)["exit_code"], 128 + SIGKILL);
  EXPECT_THAT(read("stderr"), HasSubstr("failed with exit code 137"));
  EXPECT_EQ(json(sweep("out --retry-failed"))["done"], 1);
  EXPECT_THAT(read(run + "/log.txt"), HasSubstr("resumes after step"));
}

TEST_F(SweepCommand, AFullDiskIsReportedAndNothingHalfWrittenStays) {
  write_sweep("grid: {model.ffn_dim: [16]}\nseeds: [1]\nbudget: {steps: 5}\n");
  const auto full = run(sweep("out --json"), {.max_file_bytes = 10'000});
  ASSERT_EQ(full.exit_code, 0) << full.err;
  EXPECT_EQ(Json::parse(full.out)["failed"], 1);
  const std::string run = seed("out", "ffn_dim=16", 1);
  EXPECT_THAT(status_of(run)["error"].get<std::string>(), HasSubstr("writ"));
  EXPECT_FALSE(exists(run + "/result.json"));
  EXPECT_EQ(json(sweep("out --retry-failed"))["done"], 1);
}

TEST_F(SweepCommand, HalvesABudgetOfMinutes) {
  write_sweep(
      "grid: {optimizer.lr: [1.0e-3, 2.0e-3, 4.0e-3, 8.0e-3]}\nseeds: [1]\n"
      "budget: {minutes: 2.0e-3}\nsearch: {kind: halving, rungs: 2}\n");
  const Json result = json(sweep("out"));
  EXPECT_EQ(result["cells"], 4 + 2);
  EXPECT_EQ(result["done"], 4 + 2);
  EXPECT_EQ(result["waiting"], 0);
  EXPECT_EQ(lines_of("out/summary.csv"), 1 + 6);
  const Json measured = read_json("out/minutes.json")["cells"];
  const auto steps = measured["lr=0.001"]["steps"].get<int64_t>();
  for (const Json& cell : measured) EXPECT_EQ(cell["steps"], steps);
  int whole = 0;
  for (const auto& cell : fs::directory_iterator(path("out/cells"))) {
    const Json done = result_of(cell.path().string() + "/seed-1");
    EXPECT_EQ(
        done["steps"],
        cell.path().filename().string().find(
            "steps=" + std::to_string(steps)) == std::string::npos
            ? (steps + 1) / 2
            : steps);
    whole += done["steps"] == steps;
  }
  EXPECT_EQ(whole, 2);
  // A later start, a dry run and a confirmation measure nothing.
  const std::string before = read("out/minutes.json");
  EXPECT_EQ(json(sweep("out"))["done"], 6);
  const Json plan = json("nanobrain sweep --output out --dry-run --jobs 1");
  EXPECT_EQ(plan["cells"].size(), 4u);
  EXPECT_EQ(plan["runs"], 4 + 2);
  EXPECT_EQ(plan["cells"][0]["steps"], (steps + 1) / 2);
  const Json named = json(sweep("out --dry-run"));
  EXPECT_EQ(named["cells"], plan["cells"]);
  const Json confirmed = json(sweep("out --confirm 2 --dry-run"));
  EXPECT_EQ(confirmed["cells"][0]["steps"], steps);
  EXPECT_EQ(read("out/minutes.json"), before);
}

using SweepErrors = SweepTest;

const std::string kGrid = "grid: {model.ffn_dim: [16, 32]}\n";
const std::string kBudget = "budget: {steps: 5}\n";
const std::string kHalving = "search: {kind: halving}\n";

TEST_F(SweepErrors, ConfigsThatCannotRun) {
  struct Case {
    std::string yaml, flags, words;
    int exit_code = 2;
  };
  for (const Case& c : std::vector<Case>{
           {kBudget + "grid: {model.ffn_dmi: [1]}\n", "", "ffn_dim"},
           {kGrid, "--budget 300", "must be KIND=AMOUNT"},
           {kGrid, "--budget step=3", "did you mean steps?"},
           {kGrid, "--budget steps=-3", "must be positive"},
           {kBudget + kGrid, "--launcher ssh", "--launcher"},
           {kBudget + "grid: {a: [{}]}\n", "", "a mapping of no keys"},
           {kBudget + "grid: {model.vocab_size: [400, 500]}\n",
            "",
            "is 500, but the tokenizer has 400"},
           {kGrid, "--budget flops=1e40", "too many"},
           {kGrid + "set: {schedule.warmup_steps: 2}\n",
            "--budget steps=5",
            "under three times its warm-up of 2; give it --budget steps=6"},
           {kGrid + kHalving + "set: {schedule.kind: constant}\n",
            "--budget minutes=1",
            "has a learning rate that never falls"},
           {kBudget +
                "grid: {data.train: [world/data/train.tokens, none.tokens]}\n",
            "",
            "none.tokens does not exist; make it",
            1},
           {kBudget + "grid: {tokenizer: [{kind: lexical, vocab_size: 300}]}\n"
                      "text: {train: [world/text.txt], val: [none.txt]}\n",
            "",
            "[text.val] " + path("none.txt") + " does not exist",
            1}}) {
    SCOPED_TRACE(c.yaml);
    write_sweep(c.yaml);
    refused(c.exit_code, {{sweep("out " + c.flags), c.words}});
    EXPECT_FALSE(exists("out"));
  }
}

TEST_F(SweepErrors, MinutesArePlannedAsStepsUnlessAnotherBudgetIsGiven) {
  write_sweep(kGrid + "budget: {minutes: 1.0e-4}\n");
  const Json plan = json(sweep("out --dry-run"));
  for (const Json& cell : plan["cells"]) {
    // Not the base's 1,000: 6 ms would be 5 million tokens/s then.
    EXPECT_LT(cell["steps"], 500);
    EXPECT_EQ(cell["tokens"], cell["steps"].get<int64_t>() * 2 * 16);
  }
  const Json other = json(sweep("out --dry-run --budget tokens=1000"));
  EXPECT_EQ(other["cells"][0]["steps"], 32); // of 32 tokens each
}

TEST_F(SweepErrors, JobsAreOfTheProcessorsThatThereAre) {
  write_sweep(kGrid + kBudget);
  const std::string line = "nanobrain sweep sweep.yaml --output out ";
  refused(
      2,
      {{line + "--jobs 9999", "must be from 1 to"},
       {line + "--jobs -1", "--jobs"},
       {line + "--threads 2", "needs --jobs"},
       {line + "--jobs 1 --threads 9999", "must be at most"}});
}

TEST_F(SweepErrors, FoldersOfOtherThings) {
  write_sweep("grid: {model.ffn_dim: [16]}\nseeds: [1]\n" + kBudget);
  json(sweep("out"));
  refused(
      1,
      {{"nanobrain sweep --output none", "holds no sweep"},
       {"nanobrain sweep none.yaml --output out", "none.yaml"},
       {sweep("world/data"), "world/data"},
       {sweep("out --budget steps=6"), "holds another sweep, with"}});
  write("base.yaml", read("base.yaml") + "seed: 1\n");
  refused(
      2,
      {{"nanobrain sweep sweep.yaml", "--output"},
       {"nanobrain sweep --output out --budget steps=6",
        "--set and --budget change a config"},
       {sweep("out"), "seed"}});
}

} // namespace
} // namespace nanobrain::testing
