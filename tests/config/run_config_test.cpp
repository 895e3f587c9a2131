#include "nanobrain/run/run_config_file.h"

#include "nanobrain/base/error.h"
#include "nanobrain/base/fields.h"
#include "nanobrain/yaml/yaml.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using testing::TempDir;
using testing::write_text;
namespace fs = std::filesystem;

class ConfigTest : public ::testing::Test {
 protected:
  RunConfig read(
      const std::string& yaml, const std::vector<std::string>& set = {}) {
    write_text(dir_ / "run.yaml", yaml);
    return read_run_config(dir_ / "run.yaml", set);
  }
  TempDir dir_;
};

TEST_F(ConfigTest, ReadsKeysAndLeavesDefaults) {
  const RunConfig config = read(
      "model: {vocab_size: 100, num_layers: 3}\n"
      "train: {steps: 1e3, precision: f32}\n"
      "optimizer: {betas: [0.8, 0.99]}\n");
  EXPECT_EQ(config.model.num_layers, 3);
  EXPECT_EQ(config.model.model_dim, 64);
  EXPECT_EQ(config.train.steps, 1000);
  EXPECT_EQ(config.train.precision, "f32");
  EXPECT_DOUBLE_EQ(config.optimizer.betas[1], 0.99);
  EXPECT_EQ(config.tokens_per_step(), 32 * 256);
}

TEST_F(ConfigTest, OverridesComeLast) {
  const RunConfig config = read(
      "model: {vocab_size: 100}\ntrain: {steps: 5}\n",
      {"train.steps=200", "schedule.kind=wsd", "optimizer.betas=[0.5, 0.6]"});
  EXPECT_EQ(config.train.steps, 200);
  EXPECT_EQ(config.schedule.kind, "wsd");
  EXPECT_DOUBLE_EQ(config.optimizer.betas[0], 0.5);
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

TEST_F(ConfigTest, NamesTheNearestKey) {
  EXPECT_ERROR(UsageError, "did you mean steps?", read("train: {stesp: 3}"));
  EXPECT_ERROR(UsageError, "run.yaml: train", read("train: {stesp: 3}"));
  EXPECT_ERROR(UsageError, "did you mean train?", read("trian: {steps: 3}"));
  EXPECT_ERROR(UsageError, "run.yaml] has no key", read("trian: {steps: 3}"));
  EXPECT_ERROR(
      UsageError,
      "did you mean weight_decay?",
      read("model: {vocab_size: 9}", {"optimizer.weigth_decay=0"}));
}

TEST_F(ConfigTest, RefusesWrongTypes) {
  EXPECT_ERROR(
      UsageError,
      "run.yaml: train.steps] must be an integer, but is \"many\"",
      read("train: {steps: many}"));
  EXPECT_ERROR(
      UsageError,
      "must be an integer, but is 1.5",
      read("train: {steps: 1.5}"));
  EXPECT_ERROR(
      UsageError,
      "must be a list of 2 values",
      read("optimizer: {betas: [1]}"));
  EXPECT_ERROR(UsageError, "must be true or false", read("model: {bias: 3}"));
  EXPECT_ERROR(UsageError, "must be a mapping", read("train: 7"));
  EXPECT_ERROR(UsageError, "run.yaml] must be a mapping", read("- train"));
  EXPECT_ERROR(
      UsageError, "must be a finite number", read("optimizer: {lr: .inf}"));
}

TEST_F(ConfigTest, RefusesValuesThatCannotBe) {
  const auto refused = [&](const std::string& set, const std::string& message) {
    EXPECT_ERROR(UsageError, message, read("model: {vocab_size: 50}", {set}));
  };
  refused("model.num_heads=5", "num_heads");
  refused("train.seq_len=257", "must be at most model.max_seq_len = 256");
  refused("train.steps=0", "[train.steps] must be at least 1");
  refused("train.batch_size=-1", "[train.batch_size]");
  refused("train.grad_accum_steps=0", "[train.grad_accum_steps]");
  refused(
      "train.batch_size=1000000000",
      "[train.batch_size] must be at most 65536, but is 1000000000");
  refused("train.steps=1e12", "[train.steps] must be at most 1000000000");
  refused("train.grad_accum_steps=1e9", "[train.grad_accum_steps] must");
  refused("train.sample_tokens=1e9", "[train.sample_tokens]");
  refused("train.threads=100000", "[train.threads] must be from 0 (all) to");
  refused("train.precision=f16", "[train.precision] cannot be \"f16\"");
  refused("train.device=gpu", "[train.device] cannot be \"gpu\"");
  refused("train.clip_norm=-1", "[train.clip_norm]");
  refused("train.keep_last=0", "[train.keep_last]");
  refused("train.seed=-1", "[train.seed]");
  refused("optimizer.kind=adam", "did you mean adamw?");
  refused("optimizer.lr=0", "[optimizer.lr] must be positive");
  refused("optimizer.betas=[0.9, 1.0]", "[optimizer.betas] must be in [0, 1)");
  refused("optimizer.epsilon=0", "[optimizer.epsilon]");
  refused("optimizer.weight_decay=-0.1", "[optimizer.weight_decay]");
  refused("schedule.kind=cosin", "did you mean cosine?");
  refused("schedule.warmup_steps=-1", "[schedule.warmup_steps]");
  refused("schedule.final_fraction=1.5", "[schedule.final_fraction]");
  refused("schedule.decay_fraction=-1", "[schedule.decay_fraction]");
}

TEST_F(ConfigTest, AnAbsentVocabularyNeedsATokenizer) {
  EXPECT_ERROR(UsageError, "leaves out model.vocab_size", read("train: {}"));
  EXPECT_ERROR(Error, "absent.model", read("data: {tokenizer: absent.model}"));
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
        "train.sample_prompts=[a, b]",
        "train.sample_tokens=5",
        "train.threads=1",
        "train.device=cuda",
        "data.train=elsewhere.tokens"}) {
    SCOPED_TRACE(free);
    EXPECT_NO_THROW(resumed(free));
  }
  for (const char* key :
       {"train.steps=7",
        "train.batch_size=7",
        "train.grad_accum_steps=2",
        "train.seed=1",
        "train.data_seed=1",
        "train.precision=f32",
        "train.clip_norm=2",
        "model.num_layers=1",
        "optimizer.lr=1.0e-3",
        "schedule.kind=wsd"}) {
    const std::string name =
        std::string(key).substr(0, std::string(key).find('='));
    EXPECT_ERROR(UsageError, "[" + name + "] is", resumed(key));
  }
}

} // namespace
} // namespace nanobrain
