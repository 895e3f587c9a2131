#include "nanobrain/run/run_config_file.h"

#include "nanobrain/base/error.h"
#include "nanobrain/base/fields.h"
#include "nanobrain/yaml/yaml.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using namespace testing;

class ConfigTest : public ::testing::Test {
 protected:
  RunConfig read(
      const std::string& yaml, const std::vector<std::string>& set = {}) {
    write_text(dir_ / "run.yaml", yaml);
    return read_run_config(dir_ / "run.yaml", set);
  }
  TempDir dir_;
};

TEST_F(ConfigTest, ReadsKeysThenOverridesAndLeavesDefaults) {
  const RunConfig config = read(
      "model: {vocab_size: 100, num_layers: 3}\n"
      "train: {steps: 1e3, precision: f32, batch_size: 5}\n"
      "optimizer: {betas: [0.8, 0.99]}\n",
      {"train.batch_size=200", "schedule.kind=wsd"});
  EXPECT_EQ(config.model.num_layers, 3);
  EXPECT_EQ(config.model.model_dim, 64);
  EXPECT_EQ(config.train.steps, 1000);
  EXPECT_EQ(config.train.precision, TrainPrecision::kF32);
  EXPECT_DOUBLE_EQ(config.optimizer.betas[1], 0.99);
  EXPECT_EQ(config.schedule.kind, ScheduleKind::kWsd);
  EXPECT_EQ(config.tokens_per_step(), 200 * 256);
}

TEST_F(ConfigTest, PathsAreRelativeToTheFileAndOverridesToTheWorkingFolder) {
  const RunConfig config = read(
      "model: {vocab_size: 9}\ndata: {train: ../a.tokens, val: b.tokens}\n",
      {"data.val=c.tokens"});
  EXPECT_EQ(
      config.data.train, fs::path(dir_.path()).parent_path() / "a.tokens");
  EXPECT_EQ(config.data.val, fs::current_path() / "c.tokens");
  EXPECT_TRUE(config.data.tokenizer.empty());
}

TEST_F(ConfigTest, WhatIsWrittenReadsBackEqual) {
  const RunConfig config = read(
      "model: {vocab_size: 100}\n"
      "data: {train: a.tokens}\n"
      "optimizer: {lr: 3.1e-4}\n"
      "train: {sample_prompts: ['The cat: \"a\"', '']}\n");
  write_text(dir_ / "resolved.yaml", to_yaml(write_fields(config)));
  const RunConfig again = read_run_config(dir_ / "resolved.yaml");
  EXPECT_EQ(write_fields(again), write_fields(config));
}

using Refusal = std::pair<const char*, const char*>;

TEST_F(ConfigTest, RefusesUnknownKeysAndWrongTypes) {
  const Refusal refusals[] = {
      {"train: {stesp: 3}",
       "run.yaml: train] has no key \"stesp\"; did you mean steps?"},
      {"trian: {steps: 3}",
       "run.yaml] has no key \"trian\"; did you mean train?"},
      {"train: {steps: many}",
       "run.yaml: train.steps] must be an integer, but is \"many\""},
      {"train: {steps: 1.5}", "must be an integer, but is 1.5"},
      {"optimizer: {betas: [1]}", "must be a list of 2 values"},
      {"model: {bias: 3}", "must be true or false"},
      {"train: 7", "must be a mapping"},
      {"- train", "run.yaml] must be a mapping"},
      {"optimizer: {lr: .inf}", "must be a finite number"},
      {"train: {}", "leaves out model.vocab_size"}};
  for (const auto& [yaml, message] : refusals) {
    EXPECT_ERROR(UsageError, message, read(yaml));
  }
  EXPECT_ERROR(Error, "absent.model", read("data: {tokenizer: absent.model}"));
}

TEST_F(ConfigTest, RefusesValuesThatCannotBe) {
  const Refusal refusals[] = {
      {"model.num_heads=5",
       "[model] num_heads must divide model_dim, but 5 does not divide 64"},
      {"model.num_layers=0", "[model.num_layers] must be from 1 to"},
      {"model.num_layers=100000", "must be from 1 to 4096, but is 100000"},
      {"model.vocab_size=-3", "[model.vocab_size] must be from 1 to 16777216"},
      {"model.model_dim=1e6", "[model.model_dim] must be from 1 to 65536"},
      {"model={num_layers: 2048, model_dim: 2048, ffn_dim: 12288, vocab_size: "
       "32768}",
       "[model] has 137523367936 parameters, more than 8589934592; make it"},
      {"model.activation=gelu_nwe",
       "[model.activation] must be gelu or gelu_new, but is \"gelu_nwe\"; did "
       "you mean gelu_new?"},
      {"model.layer_norm_epsilon=0", "must be between 0 and 1, but is 0"},
      {"train.seq_len=257", "must be at most model.max_seq_len = 256"},
      {"train.steps=0", "[train.steps] must be at least 1"},
      {"train.batch_size=-1", "[train.batch_size]"},
      {"train.grad_accum_steps=0", "[train.grad_accum_steps]"},
      {"train.batch_size=1000000000",
       "[train.batch_size] must be at most 65536, but is 1000000000"},
      {"train.steps=1e12", "[train.steps] must be at most 1000000000"},
      {"train.grad_accum_steps=1e9", "[train.grad_accum_steps] must"},
      {"train.sample_tokens=1e9", "[train.sample_tokens]"},
      {"train.threads=100000", "[train.threads] must be from 0 (all) to"},
      {"train.precision=f16",
       "[--set: train.precision] must be f32, bf16 or auto, but is \"f16\""},
      {"train.device=gpu",
       "[train.device] must be cpu or cuda, but is \"gpu\""},
      {"train.clip_norm=-1", "[train.clip_norm]"},
      {"train.keep_last=0", "[train.keep_last]"},
      {"train.seed=-1", "[train.seed]"},
      {"optimizer.kind=adam", "did you mean adamw?"},
      {"optimizer.weigth_decay=0", "did you mean weight_decay?"},
      {"optimizer.lr=0", "[optimizer.lr] must be positive"},
      {"optimizer.betas=[0.9, 1.0]", "[optimizer.betas] must be in [0, 1)"},
      {"optimizer.epsilon=0", "[optimizer.epsilon]"},
      {"optimizer.weight_decay=-0.1", "[optimizer.weight_decay]"},
      {"optimizer.groups={m: {macth: [matrix]}}", "did you mean match?"},
      {"optimizer.groups={m: {kind: muon}}",
       "[optimizer.groups.m.match] names no parameters"},
      {"optimizer.groups={m: {match: [matrices]}}",
       "[optimizer.groups.m.match] has \"matrices\", which is no role"},
      {"optimizer.groups={m: {match: [matrix]}, n: {match: ['h.*']}}",
       "[optimizer.groups.n.match] has h.0.attn.c_attn.weight"},
      {"optimizer.groups={m: {match: [matrix], lr: 0}}",
       "[optimizer.groups.m.lr] must be positive"},
      {"optimizer.groups={m: {match: [matrix], betas: [0.9, 1.0]}}",
       "[optimizer.groups.m.betas] must be in [0, 1)"},
      {"optimizer.average.kind=mean", "[--set: optimizer.average.kind] must"},
      {"optimizer.average.decay=1", "[optimizer.average.decay]"},
      {"optimizer.average.start=1", "[optimizer.average.start]"},
      {"init.kind=xavier", "[--set: init.kind] must be fan_in, gpt2 or"},
      {"init.embedder_scale=0", "[init.embedder_scale] must be positive"},
      {"init.position_scale=-1", "[init.position_scale] must be at least 0"},
      {"schedule.kind=cosin", "did you mean cosine?"},
      {"schedule.warmup_steps=-1", "[schedule.warmup_steps]"},
      {"schedule.final_fraction=1.5", "[schedule.final_fraction]"},
      {"schedule.decay_fraction=-1", "[schedule.decay_fraction]"}};
  for (const auto& [set, message] : refusals) {
    EXPECT_ERROR(UsageError, message, read("model: {vocab_size: 50}", {set}));
  }
}

// What nobody wrote fits a short run; what somebody did stays.
TEST_F(ConfigTest, AWarmUpThatIsLeftOutIsNoLongerThanTheRun) {
  const auto warmup = [&](const std::string& yaml,
                          const std::vector<std::string>& set = {}) {
    return read("model: {vocab_size: 50}\n" + yaml, set).schedule.warmup_steps;
  };
  EXPECT_EQ(warmup(""), 50);
  EXPECT_EQ(warmup("train: {steps: 20}"), 20);
  EXPECT_EQ(warmup("schedule: {kind: linear}", {"train.steps=30"}), 30);
  EXPECT_EQ(warmup("", {"train.steps=30", "schedule.warmup_steps=40"}), 40);
  EXPECT_EQ(warmup("schedule: {warmup_steps: 40}", {"train.steps=30"}), 40);
}

TEST_F(ConfigTest, EveryCommittedConfigIsValid) {
  int64_t configs = 0;
  const fs::path experiments = testing::source_dir() / "experiments";
  for (const auto& entry : fs::recursive_directory_iterator(experiments)) {
    if (entry.path().extension() != ".yaml") continue;
    SCOPED_TRACE(entry.path().string());
    RunConfig config = parse_run_config(entry.path());
    if (config.model.vocab_size == 0) config.model.vocab_size = 32294;
    EXPECT_NO_THROW(config.validate());
    ++configs;
  }
  EXPECT_GT(configs, 0);
}

TEST_F(ConfigTest, ResumingRefusesOnlyWhatChangesTheMathematics) {
  const std::string yaml = "model: {vocab_size: 100}\n";
  const RunConfig before = read(yaml);
  const auto resumed = [&](const std::string& set) {
    const RunConfig now = read(yaml, {set});
    require_resumable(before, now);
  };
  for (const char* free :
       {"train.eval_every=7",
        "train.checkpoint_every=9",
        "train.sample_every=0",
        "train.keep_last=5",
        "train.log_every=10",
        "train.sample_tokens=5",
        "train.sample_prompts=[a, b]",
        "train.threads=1",
        "train.device=cuda",
        "data.train=elsewhere.tokens"}) {
    SCOPED_TRACE(free);
    EXPECT_NO_THROW(resumed(free));
  }
  for (const std::string key :
       {"train.steps=70",
        "train.batch_size=7",
        "train.grad_accum_steps=2",
        "train.seed=1",
        "train.data_seed=1",
        "train.precision=f32",
        "train.clip_norm=2",
        "model.num_layers=1",
        "optimizer.lr=1.0e-3",
        "schedule.kind=wsd"}) {
    EXPECT_ERROR(
        UsageError, "[" + key.substr(0, key.find('=')) + "] is", resumed(key));
  }
}

/// CONTRIBUTING's "to add a config key": a member and its line in visit().
struct WithDropout : TrainConfig {
  double dropout = 0.1;

  template <class Visitor>
  void visit(Visitor&& field) {
    TrainConfig::visit(field);
    FIELD(dropout, "share of zeroed activations", from_below(0, 1), may_change);
  }
};

TEST(AddedConfigKey, IsReadWrittenCheckedAndDescribed) {
  WithDropout config;
  EXPECT_THAT(
      describe_fields(config),
      ::testing::EndsWith("  dropout = 0.1: share of zeroed activations (in "
                          "[0, 1), may change on resume)\n"));
  read_fields(parse_yaml("dropout: 0.25", "run.yaml"), "run.yaml", config);
  EXPECT_EQ(write_fields(config)["dropout"], 0.25);
  EXPECT_NO_THROW(require_resumable(WithDropout(), config));
  config.dropout = 1;
  EXPECT_ERROR(
      UsageError,
      "[train.dropout] must be in [0, 1), but is 1",
      check_fields(config, "train."));
  EXPECT_ERROR(
      UsageError,
      "did you mean dropout?",
      read_fields({{"dropuot", 0}}, "train", config));
}

} // namespace
} // namespace nanobrain
