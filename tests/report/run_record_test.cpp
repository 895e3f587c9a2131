#include "nanobrain/base/error.h"
#include "nanobrain/report/report_data.h"
#include "tests/report/run_files.h"

namespace nanobrain::testing {
namespace {

using ::testing::IsEmpty;

class RunRecord : public ::testing::Test {
 protected:
  void write_config(const std::string& yaml) const {
    fs::create_directories(run_.root);
    write_text(run_.config(), yaml);
  }
  void log(const std::string& lines) const {
    fs::create_directories(run_.root);
    write_text(run_.metrics(), lines);
  }
  Json samples(const std::string& text, const std::string& prompts) const {
    write_config("train: {sample_prompts: " + prompts + "}\n");
    write_text(run_.samples(), text);
    return run_record(run_)["samples"];
  }

  TempDir dir_;
  RunFolder run_{dir_ / "run"};
};

TEST_F(RunRecord, OfNothingIsEmptyAndHasEveryPart) {
  const Json record = run_record(run_);
  for (const char* part : {"config", "host", "build", "samples"}) {
    EXPECT_THAT(record.at(part), IsEmpty()) << part;
  }
  EXPECT_EQ(
      record.at("train"),
      Json::parse(R"({"step": [], "tokens": [], "elapsed_s": [], "loss": [],
                      "tokens_per_s": [], "lr": [], "grad_norm": []})"));
  EXPECT_EQ(
      record.at("validation"),
      Json::parse(R"({"step": [], "tokens": [], "elapsed_s": [], "loss": [],
                      "bits_per_byte": []})"));
}

TEST_F(RunRecord, FlattensItsConfig) {
  write_config(
      "model: {num_layers: 2, attention: {bias: false, heads: null}}\n"
      "optimizer: {betas: [0.9, 0.95], kind: adamw}\n");
  EXPECT_EQ(run_record(run_)["config"], Json::parse(R"({
      "model.num_layers": 2, "model.attention.bias": false,
      "model.attention.heads": null, "optimizer.betas": [0.9, 0.95],
      "optimizer.kind": "adamw"})"));
}

TEST_F(RunRecord, TellsPathsFromTheWorkingDirectory) {
  const std::string here = fs::current_path();
  write_config(
      "data: {train: " + here + "/corpus/a.tokens, val: " + here +
      "er/b.tokens, tokenizer: /elsewhere/t.model}\n");
  const Json config = run_record(run_)["config"];
  EXPECT_EQ(config["data.train"], "corpus/a.tokens");
  EXPECT_EQ(config["data.val"], here + "er/b.tokens"); // beside, not below
  EXPECT_EQ(config["data.tokenizer"], "/elsewhere/t.model");
}

TEST_F(RunRecord, TakesHostAndBuildOfTheLastSession) {
  write_config("");
  Json record = session_record();
  const Json older = {{"host", {{"cpu", "an older one"}}}};
  record["sessions"].insert(record["sessions"].begin(), older);
  write_json(run_.record(), record);
  const Json shown = run_record(run_);
  EXPECT_EQ(shown["host"], Json::parse(R"({
      "cpu": "AMD EPYC 9B14", "cpus": 2, "memory_bytes": 16777216000,
      "os": "Linux 6.1", "hostname": "node-7"})"));
  EXPECT_EQ(shown["build"], Json::parse(R"({
      "commit": "6ed94df", "compiler": "GCC 12.2.0", "build_type": "Release",
      "libtorch": "2.13.0", "device": "cpu", "threads": 2})"));
  write_json(run_.record(), {{"sessions", Json::array()}});
  EXPECT_THAT(run_record(run_)["host"], IsEmpty());
  write_text(run_.record(), "{\"sess");
  EXPECT_THAT(run_record(run_)["host"], IsEmpty());
}

TEST_F(RunRecord, PartsTheCurvesAndLeavesGaps) {
  log(R"({"step":1,"tokens":16,"train_loss":5.123456789,"lr":null}
{"step":2,"tokens":32,"val_loss":4.5,"val_bits_per_byte":0.1}
{"step":3,"tokens":48,"train_loss":4,"val_loss":4.25,"tokens_per_s":123456789.5}
)");
  const Json record = run_record(run_);
  const Json& train = record["train"];
  EXPECT_EQ(train["step"], Json({1, 3}));
  EXPECT_EQ(train["loss"], Json({5.12346, 4})); // six digits
  EXPECT_EQ(train["lr"], Json({nullptr, nullptr}));
  EXPECT_EQ(train["tokens_per_s"], Json({nullptr, 123457000.0}));
  const Json& validation = record["validation"];
  EXPECT_EQ(validation["tokens"], Json({32, 48}));
  EXPECT_EQ(validation["loss"], Json({4.5, 4.25}));
  EXPECT_EQ(validation["bits_per_byte"], Json({0.1, nullptr}));
}

TEST_F(RunRecord, TakesARunThatIsStillWriting) {
  log("{\"step\":1,\"train_loss\":5}\n{\"step\":2,\"train_lo");
  EXPECT_EQ(run_record(run_)["train"]["step"], Json({1}));
  log("{\"step\":1,\"train_loss\":5}\n???\n{\"step\":3}\n");
  EXPECT_ERROR(Error, "metrics.jsonl: line 2", run_record(run_));
}

TEST_F(RunRecord, ThinsItsCurvesTogether) {
  write_config("");
  write_metrics(run_, 2'500);
  const Json record = run_record(run_);
  const Json& train = record["train"];
  const size_t points = train["step"].size();
  EXPECT_GT(points, 500u);
  EXPECT_LE(points, 1'000u);
  EXPECT_EQ(train["step"].back(), 2'500);
  for (size_t i = 0; i < points; ++i) {
    const auto step = train["step"][i].get<int64_t>();
    EXPECT_EQ(train["tokens"][i], 16 * step);
    EXPECT_NEAR(
        train["loss"][i].get<double>(),
        4 + 1 / static_cast<double>(step),
        5e-6 + 1e-9); // half of the sixth digit
  }
  EXPECT_EQ(record["validation"]["step"].size(), 250u);
}

TEST_F(RunRecord, GivesSamplesTheirPrompts) {
  const Json shown = samples(
      "== step 5, temperature 0.8\nOnce upon\n a time\n\n\n"
      "== step 5, temperature 0.8\n2024 was\n\n"
      "== step 10, temperature 0.8\nOnce more\n\n"
      "== step 10, temperature 0.8\nit does not begin so\n\n"
      "== step 10, temperature 0.8\none too many\n",
      "[Once, \"2024\"]");
  EXPECT_EQ(shown, Json::parse(R"([
      {"step": 5, "prompt": "Once", "text": " upon\n a time"},
      {"step": 5, "prompt": "2024", "text": " was"},
      {"step": 10, "prompt": "Once", "text": " more"},
      {"step": 10, "prompt": "2024", "text": "it does not begin so"},
      {"step": 10, "prompt": "", "text": "one too many"}])"));
}

TEST_F(RunRecord, TakesSamplesThatAreCutOff) {
  EXPECT_THAT(samples("", "[a]"), IsEmpty());
  EXPECT_THAT(samples("no heading\n", "[a]"), IsEmpty());
  const Json cut = samples("== step 5, temp", "[a]");
  ASSERT_EQ(cut.size(), 1u);
  EXPECT_EQ(cut[0]["step"], 5);
  EXPECT_EQ(cut[0]["text"], "");
}

TEST(Thinned, KeepsTheLastAndEqualDistances) {
  for (size_t size = 0; size < 60; ++size) {
    Json list = Json::array();
    for (size_t i = 0; i < size; ++i) list.push_back(i);
    for (size_t most = 1; most < 20; ++most) {
      const Json few = thinned(list, most);
      if (size <= most) {
        EXPECT_EQ(few, list);
        continue;
      }
      EXPECT_LE(few.size(), most);
      EXPECT_GE(2 * few.size(), most); // no more is lost than must be
      EXPECT_EQ(few.back(), size - 1);
      for (size_t i = 2; i < few.size(); ++i) {
        EXPECT_EQ(
            few[i].get<size_t>() - few[i - 1].get<size_t>(),
            few[i - 1].get<size_t>() - few[i - 2].get<size_t>());
      }
    }
  }
}

} // namespace
} // namespace nanobrain::testing
