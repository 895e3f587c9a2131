// What the baselines of a model are counted on, in folders of every age.
#include "nanobrain/inference/ngram_baselines.h"

#include "nanobrain/base/error.h"
#include "nanobrain/config/model_folder.h"
#include "nanobrain/data/window_sampler.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using namespace testing;

/// Folders that 3e367a1 wrote: 2 windows of 16 tokens a step, data_seed 42.
const fs::path kOld = source_dir() / "tests/golden/folders_3e367a1";
const std::string kTrainHash = "802bb7242841a0a7"; // of data/train.tokens

class NgramBaselinesOf : public ::testing::Test {
 protected:
  CountedNgrams count(
      const fs::path& model, std::optional<int64_t> limit = {}) const {
    return count_ngrams(
        kOld / "data/train.tokens",
        limit,
        model,
        *load_tokenizer(kOld / "data"));
  }
  /// A model folder with nothing but a record of its training.
  fs::path with_record(const Json& record) const {
    fs::create_directories(dir_ / "model");
    write_json(
        dir_ / "model/nanobrain.json",
        {{"format_version", 1}, {"training", record}});
    return dir_ / "model";
  }
  TempDir dir_;
};

TEST_F(NgramBaselinesOf, AnOldRunFolderSaysWhatItsCheckpointHasSeen) {
  const fs::path model = kOld / "run/checkpoints/step-41/model";
  const SeenWindows expected = {
      .windows = 41 * 2,
      .seq_len = 16,
      .data_seed = 42,
      .train_xxh3 = kTrainHash,
      .train = "/old_folders/data/train.tokens"};
  EXPECT_EQ(find_seen_windows(model), expected);
  const CountedNgrams counted = count(model);
  EXPECT_EQ(counted.model.tokens(), expected.tokens());
  EXPECT_EQ(counted.counted, "what the model was trained on");
}

TEST_F(NgramBaselinesOf, AModelAloneSaysItByItsRecord) {
  Json record = {
      {"tokens", 1600},
      {"seq_len", 32},
      {"windows", 50},
      {"data_seed", 7},
      {"train_xxh3", kTrainHash}};
  const CountedNgrams counted = count(with_record(record));
  EXPECT_EQ(counted.counted, "what the model was trained on");
  const TokenFile file(kOld / "data/train.tokens");
  const auto expected =
      NgramModel::count(file, WindowSampler(file.size(), 32, 7).covered(50));
  for (const TokenId token : {5, 97, 256}) {
    EXPECT_EQ(
        counted.model.probability(3, std::vector<TokenId>{32, 97}, token),
        expected.probability(3, std::vector<TokenId>{32, 97}, token));
  }
  record["train_xxh3"] = "0123456789abcdef";
  EXPECT_EQ(
      count(with_record(record)).counted,
      "the first of train.tokens, which is not the file that the model was "
      "trained on");
  EXPECT_EQ(count(with_record(record)).model.tokens(), 1600);
}

TEST_F(NgramBaselinesOf, OthersAreGivenTheFirstTokens) {
  const int64_t trained = training_record(kOld / "f32")["tokens"];
  EXPECT_EQ(find_seen_windows(kOld / "f32"), std::nullopt);
  const CountedNgrams many = count(kOld / "f32");
  EXPECT_EQ(many.model.tokens(), std::min<int64_t>(trained, 5494));
  EXPECT_EQ(
      many.counted,
      "the first of train.tokens, as many as the model was trained on");
  EXPECT_EQ(count(kOld / "f32", 100).model.tokens(), 100);
  for (const Json& record : {Json(), Json::object(), Json({{"tokens", "x"}})}) {
    const CountedNgrams all = count(with_record(record));
    EXPECT_EQ(all.model.tokens(), 5494);
    EXPECT_EQ(
        all.counted,
        "all of train.tokens; the model does not say what it was trained on");
  }
}

} // namespace
} // namespace nanobrain
