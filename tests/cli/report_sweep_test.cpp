// nanobrain report of what nanobrain sweep and nanobrain train left behind.
#include <nlohmann/json.hpp>

#include "tests/support/support.h"

namespace nanobrain::testing {
namespace {

using Json = nlohmann::json;

constexpr const char* kBase = R"(
model: {num_layers: 1, num_heads: 2, model_dim: 16, max_seq_len: 16}
train: {batch_size: 2, seq_len: 16, precision: f32, eval_every: 4,
        checkpoint_every: 0, sample_every: 4, sample_tokens: 8, log_every: 1,
        sample_prompts: [Once]}
)";
constexpr const char* kSweep = R"(
base: base.yaml
grid:
  tokenizer: [{kind: lexical, vocab_size: 300}]
  model.ffn_dim: [16, 32]
seeds: [1]
budget: {steps: 8}
text: {train: [train.txt], val: [val.txt]}
)";

TEST(ReportOfASweep, HoldsWhatTheRunsMeasured) {
  const TempDir dir;
  const auto nanobrain = [](std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), program());
    arguments.push_back("--json");
    const auto result = run_process(arguments);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return result.exit_code == 0 ? Json::parse(result.out) : Json();
  };
  write_text(dir / "base.yaml", kBase);
  write_text(dir / "sweep.yaml", kSweep);
  for (const char* name : {"train", "val"}) {
    const std::string file = dir / (name + std::string(".txt"));
    const std::string seed = name == std::string("val") ? "2" : "1";
    nanobrain({"synth", "--output", file, "--bytes", "20000", "--seed", seed});
  }
  nanobrain(
      {"sweep",
       dir / "sweep.yaml",
       "--output",
       dir / "sweep",
       "--jobs",
       "2",
       "--threads",
       "1"});
  // One of its runs stands alone, too.
  std::vector<std::filesystem::path> cells;
  for (const auto& cell :
       std::filesystem::directory_iterator(dir / "sweep/cells")) {
    cells.push_back(cell.path());
  }
  ASSERT_EQ(cells.size(), 2u);
  const auto run = cells[0] / "seed-1/run";
  const Json written =
      nanobrain({"report", dir / "sweep", run, "--output", dir / "page.html"});
  EXPECT_EQ(written["runs"], 3);

  const std::string page = read_text(dir / "page.html");
  const std::string tag = R"(<script type="application/json" id="data">)";
  const size_t begin = page.find(tag) + tag.size();
  const Json data =
      Json::parse(page.substr(begin, page.find("</script>") - begin));
  EXPECT_EQ(data["sweeps"][0]["counts"]["done"], 2);
  EXPECT_EQ(data["sweeps"][0]["cells"][1]["label"], "lexical 300, FFN 32");
  const std::string id = cells[0].filename();
  for (const Json& shown : data["runs"]) {
    if (shown["cell"] != id && shown["cell"] != nullptr) continue;
    // Against the files as they lie there.
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
