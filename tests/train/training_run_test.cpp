// Whole runs in this process: what they write and what they refuse.
#include "nanobrain/train/training_run.h"

#include <torch/cuda.h>

#include "nanobrain/base/error.h"
#include "nanobrain/data/token_file.h"
#include "nanobrain/inference/evaluation.h"
#include "nanobrain/kernels/isa.h"
#include "nanobrain/model/f32_model.h"
#include "nanobrain/model/huggingface.h"
#include "nanobrain/run/metrics_log.h"
#include "nanobrain/yaml/yaml.h"
#include "tests/train/tiny_run.h"

namespace nanobrain {
namespace {

using namespace nanobrain::testing;
using ::testing::HasSubstr;

double train_loss(const fs::path& run, size_t record) {
  return read_metrics(run / "metrics.jsonl").at(record)["train_loss"];
}

double val_loss(const TinyRun& tiny, const fs::path& model) {
  NanoLM read = load_model(model);
  return evaluate(read, TokenFile(tiny.path("val.tokens")), *tiny_tokenizer())
      .nats_per_token();
}

/// A finished run of the config as it is, in "run".
const TinyRun& finished() {
  static const TinyRun tiny;
  static const Json result = tiny.train("run");
  return tiny;
}

TEST(TrainingRunTest, WritesTheWholeRunFolder) {
  const fs::path run = finished().path("run");
  const Json record = read_json(run / "run.json");
  const Json& result = record["result"];
  EXPECT_EQ(result["steps"], 12);
  EXPECT_EQ(result["tokens"], 12 * 4 * 16);
  EXPECT_GT(result["tokens_per_s"].get<double>(), 0);
  EXPECT_EQ(result["model"], (run / "model").string());
  EXPECT_GT(result["peak_rss_bytes"].get<int64_t>(), 0);

  const auto lines = read_metrics(run / "metrics.jsonl");
  ASSERT_EQ(lines.size(), 12U);
  double mean = 0;
  for (size_t i = 0; i < lines.size(); ++i) {
    const Json& line = lines[i];
    EXPECT_EQ(line["step"], i + 1);
    EXPECT_EQ(line["tokens"], (i + 1) * 64);
    for (const char* key :
         {"elapsed_s", "train_loss", "lr", "grad_norm", "tokens_per_s"}) {
      EXPECT_GT(line[key].get<double>(), 0) << key;
    }
    const bool evaluated = i + 1 == 6 || i + 1 == 12;
    EXPECT_EQ(line.contains("val_loss"), evaluated);
    EXPECT_EQ(line.contains("val_bits_per_byte"), evaluated);
    mean += line["train_loss"].get<double>() / 12;
  }
  EXPECT_EQ(lines[1]["lr"], 1e-2); // the end of the warm-up
  EXPECT_NEAR(lines[11]["lr"].get<double>(), 1e-3, 1e-15);
  EXPECT_NEAR(result["train_loss"].get<double>(), mean, 1e-12);
  EXPECT_EQ(result["val_loss"], lines[11]["val_loss"]);
  EXPECT_EQ(result["val_bits_per_byte"], lines[11]["val_bits_per_byte"]);
  EXPECT_LT(lines[11]["val_loss"], lines[5]["val_loss"]);
  EXPECT_EQ(result["val_loss"], val_loss(finished(), run / "model"));

  for (const char* step : {"step-3", "step-6", "step-9", "step-12"}) {
    EXPECT_TRUE(fs::exists(run / "checkpoints" / step / "trainer.json"));
  }
  const std::string samples = read_text(run / "samples.txt");
  EXPECT_THAT(samples, HasSubstr("step 6"));
  EXPECT_THAT(samples, HasSubstr("step 12"));
  EXPECT_EQ(record["data"]["tokenizer"]["sha256"], tiny_tokenizer()->hash());
  EXPECT_EQ(record["sessions"][0]["threads"], 1);
}

TEST(TrainingRunTest, EvalGivesTheValidationLossOfShortWindows) {
  const TinyRun tiny;
  const Json result = tiny.train("run", {"train.seq_len=8"});
  ::testing::internal::CaptureStderr();
  EvalRequest request{
      .model = tiny.path("run"),
      .text = {.inputs = {tiny.path("val.tokens")}},
      .threads = 1};
  const auto eval = [&] {
    return run_evaluation(request, {.open_f32 = open_f32_model});
  };
  EXPECT_EQ(eval().context, 8);
  EXPECT_EQ(eval().model.nats_per_token(), result["val_loss"]);
  // A checkpoint's model remembers as much.
  request.model = result["best_model"].get<std::string>();
  EXPECT_EQ(eval().model.nats_per_token(), result["best_val_loss"]);
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
  // Positions 8 to 15 are as random as they began, less what decays.
  ::testing::internal::CaptureStderr();
  request.options.context = 16;
  EXPECT_GT(eval().model.nats_per_token(), result["best_val_loss"]);
  EXPECT_THAT(
      ::testing::internal::GetCapturedStderr(),
      HasSubstr("eval: warning: context 16 is longer than the 8 tokens that"));
}

TEST(TrainingRunTest, LearnsInBothPrecisions) {
  const TinyRun tiny;
  for (const char* precision : {"f32", "bf16"}) {
    SCOPED_TRACE(precision);
    const Json result = tiny.train(
        precision,
        {"train.steps=80",
         "optimizer.lr=3.0e-2",
         "train.eval_every=0",
         "train.checkpoint_every=0",
         fmt::format("train.precision={}", precision)});
    // Ten words, nine times in ten the next one: 1.0 nats a word at best, and
    // a word is about a token; ln 10 = 2.3 without context.
    EXPECT_LT(result["val_loss"].get<double>(), 2.0);
  }
}

// What is computed is written down, not what was asked for.
TEST(TrainingRunTest, PrecisionIsWrittenOut) {
  const TinyRun tiny;
  const auto precision = [&](const char* run) {
    const auto yaml = read_yaml(tiny.path(run) / "config.yaml");
    return yaml["train"]["precision"].get<std::string>();
  };
  const char* best = has_bf16_products(torch::kCPU) ? "bf16" : "f32";
  for (const std::string asked : {"auto", "bf16"}) {
    tiny.train(
        asked,
        {"train.precision=" + asked,
         "train.steps=1",
         "schedule.warmup_steps=1"});
    EXPECT_EQ(precision(asked.c_str()), best);
    const Json session =
        read_json(tiny.path(asked) / "run.json")["sessions"][0];
    const Json expected = {{"head", best}, {"body", "f32"}}; // narrow: f32
    EXPECT_EQ(session["arithmetic"], expected);
    EXPECT_EQ(session["isa"], name(active_isa()));
  }
  // Asked for again it is what it was.
  tiny.train(
      "f32",
      {"train.precision=f32", "train.steps=1", "schedule.warmup_steps=1"});
  rewind_run(tiny.path("f32"), 0);
  tiny.train(
      "f32",
      {"train.precision=auto", "train.steps=1", "schedule.warmup_steps=1"},
      true);
  EXPECT_EQ(precision("f32"), "f32");
}

// As on a processor that has products of bf16, or on a GPU.
TEST(TrainingRunTest, RefusesToGoOnInAnotherArithmetic) {
  const TinyRun tiny;
  tiny.train(
      "run",
      {"train.precision=f32", "train.steps=1", "schedule.warmup_steps=1"});
  rewind_run(tiny.path("run"), 0);
  Json record = read_json(tiny.path("run") / "run.json");
  record["sessions"][0]["arithmetic"]["head"] = "bf16";
  write_json(tiny.path("run") / "run.json", record);
  EXPECT_ERROR(
      Error,
      "this run has products of bf16 in its head and f32 in its blocks",
      tiny.train(
          "run",
          {"train.precision=f32", "train.steps=1", "schedule.warmup_steps=1"},
          true));
}

TEST(TrainingRunTest, SeedsOfWeightsAndDataAreApart) {
  const TinyRun tiny;
  const auto first_loss = [&](const std::string& name, const std::string& set) {
    tiny.train(name, {"train.steps=1", "schedule.warmup_steps=1", set});
    return train_loss(tiny.path(name), 0);
  };
  const double base = first_loss("a", "train.seed=42");
  EXPECT_EQ(first_loss("b", "train.data_seed=42"), base);
  EXPECT_NE(first_loss("c", "train.seed=43"), base);
  EXPECT_NE(first_loss("d", "train.data_seed=43"), base);
}

TEST(TrainingRunTest, KeepsTheNewestCheckpointsAndTheBest) {
  const TinyRun tiny;
  // The rate explodes after the warm-up's first steps: an early step is best.
  const Json result = tiny.train(
      "run",
      {"train.keep_last=2",
       "train.eval_every=2",
       "optimizer.lr=5",
       "schedule={kind: constant, warmup_steps: 12}"});
  const int64_t best = result["best_step"];
  EXPECT_LT(best, 9);
  EXPECT_LT(result["best_val_loss"], result["val_loss"]);
  EXPECT_EQ(
      names_in(tiny.path("run") / "checkpoints"),
      (std::set<std::string>{
          fmt::format("step-{}", best), "step-9", "step-12"}));
  EXPECT_EQ(val_loss(tiny, result["best_model"]), result["best_val_loss"]);
}

TEST(TrainingRunTest, StopsAtWhatIsNotFiniteAndDoesNotSaveIt) {
  const TinyRun tiny;
  EXPECT_ERROR(
      Error,
      "the loss of step 2 is not finite",
      tiny.train("run", {"optimizer.lr=1.0e+30", "train.checkpoint_every=1"}));
  // The checkpoint from before is left, whole, and nothing else.
  const fs::path checkpoints = tiny.path("run") / "checkpoints";
  EXPECT_EQ(names_in(checkpoints), std::set<std::string>{"step-1"});
  EXPECT_NO_THROW(load_model(checkpoints / "step-1" / "model"));
  EXPECT_THAT(
      read_json(tiny.path("run") / "run.json").value("diverged", ""),
      HasSubstr("the loss of step 2 is not finite"));
  EXPECT_FALSE(fs::exists(tiny.path("run") / "model"));
  EXPECT_ERROR(
      Error,
      "the weights after step 1 are not finite",
      tiny.train("two", {"optimizer.lr=1.0e+39", "train.checkpoint_every=1"}));
  EXPECT_FALSE(fs::exists(tiny.path("two") / "checkpoints"));
}

TEST(TrainingRunTest, NamesTheFirstStepWhereTheStartIsBroken) {
  const TinyRun& tiny = finished();
  NanoLM model = load_model(tiny.path("run") / "model");
  {
    const torch::NoGradGuard no_grad;
    model->wte->weight.mul_(1e30); // the variance overflows
  }
  save_model(tiny.path("broken"), model, tiny_tokenizer().get());
  EXPECT_ERROR(
      Error,
      "the loss of step 1 is not finite",
      tiny.train("dead", {"train.init_from=" + tiny.path("broken").string()}));
}

TEST(TrainingRunTest, StartsFromTheWeightsOfAModel) {
  const TinyRun& tiny = finished();
  const std::string start = (tiny.path("run") / "model").string();
  tiny.train("second", {"train.init_from=" + start});
  EXPECT_LT(
      train_loss(tiny.path("second"), 0),
      train_loss(tiny.path("run"), 0) - 0.3);
  EXPECT_EQ(
      read_json(tiny.path("second") / "run.json")["data"]["init_from"]["path"],
      start);

  EXPECT_ERROR(
      UsageError,
      "[model.model_dim] is 32, but 16 in",
      tiny.train("third", {"train.init_from=" + start, "model.model_dim=32"}));
  NanoLM model = load_model(start);
  save_model(tiny.path("other"), model, tiny_tokenizer(9).get());
  EXPECT_ERROR(
      UsageError,
      "[data.tokenizer] is another tokenizer than that of",
      tiny.train("fourth", {"train.init_from=" + tiny.path("other").string()}));
  EXPECT_FALSE(fs::exists(tiny.path("third")));
  EXPECT_FALSE(fs::exists(tiny.path("fourth")));
}

TEST(TrainingRunTest, RefusesInputsThatDoNotFit) {
  const TinyRun tiny;
  const auto other = tiny_tokenizer(9);
  TokenFileWriter writer(tiny.path("other.tokens"), *other);
  writer.append(other->encode(tiny_documents(1, 1)[0]), 100);
  writer.finish();
  std::string bytes = read_text(tiny.path("train.tokens"));
  bytes.back() = '\x7f'; // an id far out of range
  write_text(tiny.path("damaged.tokens"), bytes);
  bytes.pop_back();
  write_text(tiny.path("short.tokens"), bytes);

  const auto refused = [&](const std::string& set, const std::string& message) {
    SCOPED_TRACE(set);
    EXPECT_ERROR(Error, message, tiny.train("run", {set}));
    EXPECT_FALSE(fs::exists(tiny.path("run")));
  };
  refused("model.vocab_size=291", "but the tokenizer");
  refused("data.train=''", "[data.train] is missing");
  refused("data.tokenizer=" + tiny.path("absent").string(), "absent");
  for (const std::string name : {"absent", "damaged", "short"}) {
    const std::string file = name + ".tokens";
    refused("data.train=" + tiny.path(file).string(), file);
  }
  refused("data.val=" + tiny.path("other.tokens").string(), "other.tokens");
  if (!torch::cuda::is_available()) {
    refused("train.device=cuda", "finds no CUDA device");
  }
}

TEST(TrainingRunTest, RefusesAFolderThatExists) {
  const TinyRun& tiny = finished();
  EXPECT_ERROR(Error, "resume it with --resume", tiny.train("run"));
  fs::create_directory(tiny.path("mine"));
  write_text(tiny.path("mine") / "letter.txt", "dear");
  EXPECT_ERROR(Error, "exists already", tiny.train("mine"));
  EXPECT_EQ(read_text(tiny.path("mine") / "letter.txt"), "dear");
}

} // namespace
} // namespace nanobrain
