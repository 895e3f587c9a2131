// nanobrain report as users run it.
#include <signal.h>
#include <unistd.h>

#include <set>
#include <stdexcept>

#include "tests/report/http_get.h"
#include "tests/support/command_test.h"
#include "tests/sweep/sweep_results.h"

namespace nanobrain::testing {
namespace {

using namespace ::testing;
/// What a page holds for its scripts.
Json data_of(const std::string& page) {
  const std::string tag = R"(<script type="application/json" id="data">)";
  const size_t begin = page.find(tag) + tag.size();
  return Json::parse(page.substr(begin, page.find("</script>") - begin));
}

constexpr const char* kBase = R"(
model: {num_layers: 1, num_heads: 2, model_dim: 16, max_seq_len: 16}
train: {batch_size: 2, seq_len: 16, precision: f32, eval_every: 4,
        checkpoint_every: 0, sample_every: 4, sample_tokens: 8, log_every: 1,
        sample_prompts: [Once]}
schedule: {warmup_steps: 1}
)";
constexpr const char* kSweep = R"(
base: base.yaml
grid:
  tokenizer: [{kind: lexical, vocab_size: 300}]
  model.ffn_dim: [16, 32]
seeds: [1]
budget: {steps: 8}
text: {train: [world/text.txt], val: [world/val.txt]}
timing: {repetitions: 1}
)";

class ReportCommand : public CommandTest {
 protected:
  std::string sweep() const { return sweep_.folder().root; }
  std::string report(const std::string& more) const {
    return "nanobrain report " + sweep() + " " + more;
  }
  /// The files beside the world.
  std::set<std::string> written() const {
    std::set<std::string> names;
    for (const auto& entry : fs::directory_iterator(dir_.path())) {
      names.insert(entry.path().filename());
    }
    names.erase("world");
    return names;
  }

  /// A file for each of report's flags.
  static inline const std::vector<std::string> kFiles = {
      "--output page.html",
      "--csv cells.csv",
      "--runs-csv runs.csv",
      "--differences-csv differences.csv",
      "--effects-csv effects.csv",
      "--markdown cells.md",
      "--svg front.svg"};
  std::string all_files() const {
    std::string line = report("");
    for (const std::string& file : kFiles) line += file + " ";
    return line;
  }

  /// "http://127.0.0.1:8123/", once it has said so.
  std::string served_at(ChildProcess& watching) const {
    while (watching.running()) {
      const std::string text = read("stderr");
      const size_t begin = text.find("http://");
      const size_t end = text.find(" until", begin);
      if (begin != text.npos && end != text.npos) {
        return text.substr(begin, end - begin);
      }
      usleep(20'000);
    }
    throw std::runtime_error(read("stderr"));
  }
  static HttpAnswer get(const std::string& address, const std::string& path) {
    return http_get(port_of(address), path, "127.0.0.1");
  }

  SweepResults sweep_;
};

TEST_F(ReportCommand, WritesEveryFile) {
  sweep_.finish(0, 1, 2.0);
  sweep_.finish(1, 1, 1.9);
  const std::string line =
      all_files() + "--title Depth --svg-axis train_flops ";
  EXPECT_EQ(output(line), "6 runs of 1 sweeps\n");
  const Json data = data_of(read("page.html"));
  EXPECT_EQ(data["title"], "Depth");
  EXPECT_THAT(data["build"].get<std::string>(), StartsWith("nanobrain "));
  EXPECT_EQ(data["sweeps"][0]["counts"]["done"], 2);
  EXPECT_THAT(read("cells.csv"), HasSubstr("\nnum_layers=2,2,"));
  EXPECT_THAT(read("runs.csv"), HasSubstr("num_layers=2,2,done,"));
  EXPECT_THAT(
      read("differences.csv"), HasSubstr("num_layers=1,num_layers=2,-0.1"));
  EXPECT_THAT(read("cells.md"), HasSubstr("| 2.0000 |"));
  EXPECT_THAT(read("front.svg"), HasSubstr(">training FLOPs<"));
  EXPECT_EQ(written().size(), 7u); // and nothing beside them

  // Nothing is replaced unless forced.
  for (const std::string& file : kFiles) {
    refused(
        1,
        {{report(file), file.substr(file.find(' ') + 1) + " exists already"}});
  }
  sweep_.finish(1, 1, 1.8);
  EXPECT_EQ(
      json(line + "--force"),
      (Json{{"runs", 6}, {"sweeps", 1}, {"output", "page.html"}}));
  EXPECT_THAT(read("cells.md"), HasSubstr("| 1.8000 |"));
}

TEST_F(ReportCommand, RefusesWrongUse) {
  refused(
      2,
      {{"nanobrain report", "folders"},
       {report(""), "has nothing to write"},
       {report("--title x"), "has nothing to write"},
       {report("--csv one --svg ./one"), "--csv and --svg both name"},
       {report("--svg one --svg-axis carats"), "--svg-axis"},
       {report("--watch --port 65536"), "--port"},
       {report(sweep() + "/ --output one"), "is given twice"}});
  refused(
      1,
      {{"nanobrain report absent --output one", "is neither a sweep's folder"},
       {"nanobrain report absent --watch", "is neither a sweep's folder"}});
  EXPECT_THAT(written(), IsEmpty());
}

TEST_F(ReportCommand, LeavesNothingBehindOnAFullDisk) {
  sweep_.finish(0, 1, 2.0);
  // Room for the tables; the page comes first, is larger and finds none.
  const auto full = run(all_files(), {.max_file_bytes = 20'000});
  EXPECT_EQ(full.exit_code, 1);
  EXPECT_THAT(full.err, HasSubstr("page.html"));
  EXPECT_THAT(written(), IsEmpty());
}

TEST_F(ReportCommand, WatchFollowsASweepThatGrows) {
  sweep_.finish(0, 1, 2.0);
  ChildProcess watching = start(report("--watch --port 0 --output page.html"));
  const std::string address = served_at(watching);
  const auto done = [&] {
    const auto answer = get(address, "/data.json");
    EXPECT_EQ(answer.status, 200) << answer.body;
    return Json::parse(answer.body)["sweeps"][0]["counts"]["done"].get<int>();
  };
  EXPECT_EQ(done(), 1);
  EXPECT_THAT(get(address, "/").body, StartsWith("<!DOCTYPE html>"));
  // The file is of the start.
  EXPECT_EQ(data_of(read("page.html"))["sweeps"][0]["counts"]["done"], 1);
  for (const int64_t seed : {1, 2, 3}) sweep_.finish(1, seed, 1.9);
  for (int i = 0; i < 6000 && done() < 4; ++i) usleep(10'000);
  EXPECT_EQ(done(), 4);
  watching.signal(SIGINT);
  EXPECT_EQ(watching.wait(), 0) << read("stderr");
  EXPECT_THAT(read("stderr"), HasSubstr(" until ^C\n"));
}

TEST_F(ReportCommand, WatchNamesAPortThatIsTaken) {
  ChildProcess watching = start(report("--watch"));
  const uint16_t port = port_of(served_at(watching));
  refused(
      1,
      {{report("--watch --json --port ") + std::to_string(port),
        "name another port with --port"}});
  watching.signal(SIGTERM);
  EXPECT_EQ(watching.wait(), 0) << read("stderr");
}

// What nanobrain sweep and nanobrain train left behind.
using ReportOfASweep = CommandTest;

TEST_F(ReportOfASweep, HoldsWhatTheRunsMeasured) {
  write("base.yaml", kBase);
  write("sweep.yaml", kSweep);
  json("nanobrain sweep sweep.yaml --output sweep --jobs 2 --threads 1");
  // One of its runs stands alone, too.
  std::vector<fs::path> cells;
  for (const auto& cell : fs::directory_iterator(path("sweep/cells"))) {
    cells.push_back(cell.path());
  }
  ASSERT_EQ(cells.size(), 2u);
  const fs::path run = cells[0] / "seed-1/run";
  const Json written =
      json("nanobrain report sweep " + run.string() + " --output page.html");
  EXPECT_EQ(written["runs"], 3);

  const Json data = data_of(read("page.html"));
  EXPECT_EQ(data["sweeps"][0]["counts"]["done"], 2);
  EXPECT_EQ(data["sweeps"][0]["cells"][1]["label"], "lexical 300, FFN 32");
  const std::string id = cells[0].filename();
  for (const Json& shown : data["runs"]) {
    if (shown["cell"] != id && shown["cell"] != nullptr) continue;
    // Against the files as they are stored there.
    const Json record = Json::parse(read_text(run / "run.json"));
    EXPECT_EQ(shown["state"], "done");
    EXPECT_EQ(
        shown["result"]["val_bits_per_byte"],
        record["result"]["val_bits_per_byte"]);
    EXPECT_EQ(shown["host"]["cpu"], record["sessions"][0]["host"]["cpu"]);
    EXPECT_EQ(shown["build"]["threads"], 1);
    EXPECT_EQ(shown["train"]["step"], Json({1, 2, 3, 4, 5, 6, 7, 8}));
    EXPECT_EQ(shown["validation"]["step"], Json({4, 8}));
    EXPECT_NEAR(
        shown["validation"]["bits_per_byte"][1].get<double>() /
            record["result"]["val_bits_per_byte"].get<double>(),
        1,
        1e-5); // six digits
    ASSERT_EQ(shown["samples"].size(), 2u);
    EXPECT_EQ(shown["samples"][1]["step"], 8);
    EXPECT_EQ(shown["samples"][1]["prompt"], "Once");
    EXPECT_EQ(shown["config"]["train.sample_prompts"], Json::array({"Once"}));
  }
}

} // namespace
} // namespace nanobrain::testing
