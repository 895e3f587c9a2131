#include "nanobrain/inference/evaluation.h"

#include <torch/torch.h>

#include <cmath>
#include <numbers>
#include <sstream>

#include "nanobrain/base/error.h"
#include "nanobrain/data/ngram.h"
#include "nanobrain/inference/generation.h"
#include "nanobrain/model/huggingface.h"
#include "nanobrain/synthetic/derivation.h"
#include "nanobrain/tokenizer_training/tokenizer_trainer.h"
#include "tests/inference/with_libtorch.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using testing::read_text;
using testing::TempDir;
using testing::write_text;

/// A small untrained model with a tokenizer of its own, in a folder that looks
/// like a run's, beside synthetic texts: made once for all tests.
class Evaluation : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    set_progress_enabled(false);
    folder_ = new TempDir;
    SyntheticGenerator generator(1);
    train_ = draw(generator, 150);
    val_ = draw(generator, 12);
    size_t next = 0;
    const auto trained = train_tokenizer(
        [&](std::string& text) {
          if (next == train_.size()) return false;
          text = train_[next++].text;
          return true;
        },
        {.vocab_size = 500});
    tokenizer_ = trained.tokenizer;
    ModelConfig config;
    config.num_layers = 1;
    config.num_heads = 2;
    config.model_dim = 32;
    config.ffn_dim = 64;
    config.vocab_size = tokenizer_->vocab_size();
    config.max_seq_len = 32;
    NanoLM model(config, 5);
    save_model(
        *folder_ / "model", model, tokenizer_.get(), {{"tokens", kTrained}});
    write_documents("train", train_);
    write_documents("val", val_);
  }
  static void TearDownTestSuite() {
    tokenizer_.reset();
    delete folder_;
  }

  static std::vector<SyntheticDocument> draw(
      SyntheticGenerator& generator, int count) {
    std::vector<SyntheticDocument> documents;
    for (int i = 0; i < count; ++i) documents.push_back(generator.next());
    return documents;
  }

  static constexpr int64_t kTrained =
      2000; // tokens, as the model's record says

  /// NAME.txt and NAME.tokens
  static void write_documents(
      const std::string& name,
      const std::vector<SyntheticDocument>& documents) {
    std::string text;
    TokenFileWriter writer(*folder_ / (name + ".tokens"), *tokenizer_);
    for (const auto& document : documents) {
      text += document.text + "\n\n";
      writer.append(
          tokenizer_->encode(document.text),
          static_cast<int64_t>(document.text.size()));
    }
    writer.finish();
    write_text(*folder_ / (name + ".txt"), text);
  }

  static EvalRequest request(const std::string& input = "val.txt") {
    EvalRequest request;
    request.model = folder_->path();
    request.inputs = {*folder_ / input};
    return request;
  }

  static inline TempDir* folder_ = nullptr;
  static inline std::vector<SyntheticDocument> train_;
  static inline std::vector<SyntheticDocument> val_;
  static inline std::shared_ptr<const Tokenizer> tokenizer_;
};

TEST_F(Evaluation, TextTokenFileAndTrainingAgree) {
  const LossSum text =
      run_evaluation(request("val.txt"), testing::with_libtorch()).model;
  const LossSum tokens =
      run_evaluation(request("val.tokens"), testing::with_libtorch()).model;
  NanoLM model = load_model(*folder_ / "model");
  const TokenFile file(*folder_ / "val.tokens");
  const LossSum training = evaluate(model, file, *tokenizer_);
  int64_t bytes = 0;
  int64_t words = 0;
  for (const auto& document : val_) {
    bytes += static_cast<int64_t>(document.text.size());
    std::istringstream stream(document.text);
    for (std::string word; stream >> word;) ++words;
  }
  for (const LossSum& loss : {text, tokens, training}) {
    EXPECT_EQ(loss.nats, text.nats);
    EXPECT_EQ(loss.tokens, file.size());
    EXPECT_EQ(loss.bytes, bytes);
    EXPECT_EQ(loss.words, words);
    EXPECT_EQ(loss.documents, static_cast<int64_t>(val_.size()));
  }
}

TEST_F(Evaluation, ModelFolderOrRunFolder) {
  EvalRequest folder = request();
  folder.model = *folder_ / "model";
  EXPECT_EQ(
      run_evaluation(folder, testing::with_libtorch()).model.nats,
      run_evaluation(request(), testing::with_libtorch()).model.nats);
}

TEST_F(Evaluation, EntropyOfSyntheticTextIsTheFloor) {
  double bits = 0; // as drawn, not as parsed
  for (const auto& document : val_) bits += document.bits;
  for (const char* input : {"val.txt", "val.tokens"}) {
    const EvalReport report =
        run_evaluation(request(input), testing::with_libtorch());
    ASSERT_TRUE(report.floor_nats.has_value());
    EXPECT_NEAR(*report.floor_nats, bits * std::numbers::ln2, 1e-6);
    EXPECT_FALSE(report.leaked());
    EXPECT_GT(report.model.nats, *report.floor_nats);
  }
  write_text(*folder_ / "other.txt", val_[0].text + "\n\nNot of the grammar");
  EXPECT_EQ(
      run_evaluation(request("other.txt"), testing::with_libtorch()).floor_nats,
      std::nullopt);
}

TEST_F(Evaluation, BaselinesScoreTheSameTokens) {
  EvalRequest with = request();
  with.baseline_tokens = *folder_ / "train.tokens";
  const EvalReport report = run_evaluation(with, testing::with_libtorch());
  ASSERT_EQ(report.baselines.size(), 4u);
  const TokenFile train(*folder_ / "train.tokens");
  const TokenFile val(*folder_ / "val.tokens");
  ASSERT_GT(train.size(), kTrained);
  const NgramLosses expected =
      score_ngrams(NgramModel::count(train, kTrained), val);
  EXPECT_EQ(report.baseline_tokens, kTrained);
  const auto nats = [&](size_t i) { return report.baselines[i].loss.nats; };
  EXPECT_NEAR(
      nats(0),
      static_cast<double>(report.model.tokens) * std::log(500.0),
      1e-6);
  EXPECT_DOUBLE_EQ(nats(1), expected.unigram);
  EXPECT_DOUBLE_EQ(nats(2), expected.bigram);
  EXPECT_DOUBLE_EQ(nats(3), expected.trigram);
  // The untrained model is worse than every counted one.
  EXPECT_THAT(
      report.to_text(),
      ::testing::ContainsRegex("trigram \\(Kneser-Ney\\).*LOSES to it"));

  with.baseline_limit = 1000;
  const NgramLosses few = score_ngrams(NgramModel::count(train, 1000), val);
  EXPECT_DOUBLE_EQ(
      run_evaluation(with, testing::with_libtorch()).baselines[3].loss.nats,
      few.trigram);
  EXPECT_NE(few.trigram, expected.trigram);
  with.baseline_limit = 0;
  EXPECT_ERROR(
      UsageError,
      "--baseline-limit is 0",
      run_evaluation(with, testing::with_libtorch()));
}

TEST_F(Evaluation, DamagedBaselineTokensAreNamed) {
  std::string bytes = read_text(*folder_ / "train.tokens");
  bytes[300] ^= 0x40; // an id
  write_text(*folder_ / "damaged.tokens", bytes);
  EvalRequest with = request();
  with.baseline_tokens = *folder_ / "damaged.tokens";
  EXPECT_ERROR(
      Error, "damaged.tokens", run_evaluation(with, testing::with_libtorch()));
}

TEST_F(Evaluation, ACorpusWithoutItsEntropySaysWhy) {
  write_text(*folder_ / "edited.txt", val_[0].text + "\n\nNot of synth.\n");
  write_text(*folder_ / "edited.txt.bits", "document\tbytes\tbits\n");
  ::testing::internal::CaptureStderr();
  EXPECT_FALSE(run_evaluation(request("edited.txt"), testing::with_libtorch())
                   .floor_nats);
  EXPECT_THAT(
      ::testing::internal::GetCapturedStderr(),
      ::testing::HasSubstr("edited.txt.bits lies beside"));
}

TEST_F(Evaluation, RowsOfDocumentsAddUp) {
  EvalRequest with = request();
  with.per_document = *folder_ / "rows.tsv";
  const LossSum total = run_evaluation(with, testing::with_libtorch()).model;
  std::istringstream rows(read_text(*folder_ / "rows.tsv"));
  std::string header;
  std::getline(rows, header);
  EXPECT_EQ(header, "document\ttokens\tbytes\twords\tnats");
  LossSum sum;
  for (size_t i = 0; i < val_.size(); ++i) {
    size_t index = 0;
    LossSum row;
    rows >> index >> row.tokens >> row.bytes >> row.words >> row.nats;
    ASSERT_TRUE(rows.good());
    EXPECT_EQ(index, i);
    EXPECT_EQ(row.bytes, static_cast<int64_t>(val_[i].text.size()));
    EXPECT_EQ(
        row.tokens,
        static_cast<int64_t>(tokenizer_->encode(val_[i].text).size()) + 1);
    sum += row;
  }
  std::string more;
  EXPECT_FALSE(rows >> more);
  EXPECT_EQ(sum.nats, total.nats); // written so that they read back exactly
  EXPECT_EQ(sum.tokens, total.tokens);
  EXPECT_EQ(sum.words, total.words);

  with.per_document = *folder_ / "rows.jsonl";
  run_evaluation(with, testing::with_libtorch());
  std::istringstream lines(read_text(*folder_ / "rows.jsonl"));
  double nats = 0;
  for (std::string line; std::getline(lines, line);) {
    nats += parse_json(line, "row")["nats"].get<double>();
  }
  EXPECT_EQ(nats, total.nats);
}

TEST_F(Evaluation, HuggingFaceProtocolEqualsTheGuide) {
  write_text(
      *folder_ / "rows.txt",
      " \n = Title = \n\n" + val_[0].text + "\n \n" + val_[1].text + "\n");
  const std::vector<std::pair<int64_t, int64_t>> plans = {
      {32, 32}, {32, 12}, {17, 17}};
  std::vector<std::string> command = {
      testing::python(),
      testing::source_dir() / "tests/inference/hf_perplexity.py",
      *folder_ / "model",
      *folder_ / "rows.txt"};
  for (const auto& [context, stride] : plans) {
    command.push_back(fmt::format("{}:{}", context, stride));
  }
  const auto run = testing::run_process(command);
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const Json guides = parse_json(run.out, "hf_perplexity.py");

  for (size_t i = 0; i < plans.size(); ++i) {
    const auto [context, stride] = plans[i];
    const Json& guide = guides[i];
    EvalRequest hf = request("rows.txt");
    hf.protocol = Protocol::kHuggingFace;
    hf.options.context = context;
    hf.options.stride = stride;
    const EvalReport report = run_evaluation(hf, testing::with_libtorch());
    EXPECT_EQ(report.model.tokens, guide["tokens"].get<int64_t>());
    EXPECT_EQ(report.model.documents, guide["rows"].get<int64_t>());
    // f32 forward passes of two libraries: some 1e-6 a token.
    EXPECT_NEAR(
        report.model.nats_per_token(),
        guide["nats"].get<double>() / guide["tokens"].get<double>(),
        1e-5);
    // The guide weights each window's mean by one token less than took part,
    // so with overlapping windows it is a hair off the exact sum.
    EXPECT_NEAR(
        report.model.perplexity() / guide["guide_perplexity"].get<double>(),
        1,
        stride == context ? 1e-5 : 5e-3);
    EXPECT_EQ(report.to_json()["protocol"], "hf");
    EXPECT_EQ(report.floor_nats, std::nullopt);
  }
}

TEST_F(Evaluation, PartsThatExcludeEachOther) {
  EvalRequest hf = request("val.tokens");
  hf.protocol = Protocol::kHuggingFace;
  EXPECT_ERROR(
      UsageError,
      "a token file has none",
      run_evaluation(hf, testing::with_libtorch()));
  hf = request();
  hf.protocol = Protocol::kHuggingFace;
  hf.per_document = *folder_ / "none.tsv";
  EXPECT_ERROR(
      UsageError,
      "--per-document",
      run_evaluation(hf, testing::with_libtorch()));
  hf.per_document.reset();
  hf.baseline_tokens = *folder_ / "train.tokens";
  EXPECT_ERROR(
      UsageError, "baselines", run_evaluation(hf, testing::with_libtorch()));
  EvalRequest both = request();
  both.inputs.push_back(*folder_ / "val.tokens");
  EXPECT_ERROR(
      UsageError,
      "one token file",
      run_evaluation(both, testing::with_libtorch()));
  EvalRequest limit = request();
  limit.baseline_limit = 10;
  EXPECT_ERROR(
      UsageError,
      "--baseline-limit counts --base",
      run_evaluation(limit, testing::with_libtorch()));
  EvalRequest batch = request();
  batch.options.batch_tokens = 0;
  EXPECT_ERROR(
      UsageError,
      "--batch-tokens must be",
      run_evaluation(batch, testing::with_libtorch()));
  EvalRequest stride = request();
  stride.options.stride = 33;
  EXPECT_ERROR(
      UsageError,
      "stride is 33",
      run_evaluation(stride, testing::with_libtorch()));
  EXPECT_ERROR(
      UsageError,
      "--input",
      run_evaluation(EvalRequest{}, testing::with_libtorch()));
}

TEST_F(Evaluation, TextsWithNothingToScore) {
  write_text(*folder_ / "blank.txt", "\n \n");
  EXPECT_ERROR(
      Error,
      "no token to score",
      run_evaluation(request("blank.txt"), testing::with_libtorch()));
  write_text(*folder_ / "latin1.txt", "caf\xe9");
  EvalRequest skipped = request("latin1.txt");
  skipped.per_document = *folder_ / "none.tsv";
  EXPECT_ERROR(
      Error,
      "no token to score",
      run_evaluation(skipped, testing::with_libtorch()));
  EXPECT_FALSE(std::filesystem::exists(*folder_ / "none.tsv"));
  skipped.documents.invalid_utf8 = "replace";
  EXPECT_EQ(run_evaluation(skipped, testing::with_libtorch()).repaired, 1);
  write_text(*folder_ / "empty.txt", "");
  EXPECT_ERROR(
      Error,
      "empty",
      run_evaluation(request("empty.txt"), testing::with_libtorch()));
}

TEST_F(Evaluation, FoldersThatAreNoModel) {
  EvalRequest none = request();
  none.model = *folder_ / "nowhere";
  EXPECT_ERROR(
      Error,
      "is neither a model folder",
      run_evaluation(none, testing::with_libtorch()));

  NanoLM model = load_model(*folder_ / "model");
  save_model(*folder_ / "bare", model, nullptr);
  none.model = *folder_ / "bare";
  EXPECT_ERROR(
      Error,
      "has no tokenizer",
      run_evaluation(none, testing::with_libtorch()));

  const torch::NoGradGuard no_grad;
  model->wpe->weight[0][0] = NAN;
  save_model(*folder_ / "nan", model, tokenizer_.get());
  none.model = *folder_ / "nan";
  EXPECT_ERROR(
      Error, "wpe.weight", run_evaluation(none, testing::with_libtorch()));
}

TEST_F(Evaluation, GenerationDrawsSamplesWithSeedsOneApart) {
  GenerationRequest two;
  two.model = folder_->path();
  two.prompt = "The";
  two.options.max_tokens = 50; // past the context of 32
  two.options.seed = 7;
  two.num_samples = 2;
  std::vector<std::string> streamed(2);
  const auto samples = run_generation(
      two,
      testing::with_libtorch(),
      [&](int64_t sample, std::string_view text) {
        streamed[static_cast<size_t>(sample)] += text;
      });
  ASSERT_EQ(samples.size(), 2u);
  EXPECT_EQ(samples[0].text, streamed[0]);
  EXPECT_EQ(samples[1].text, streamed[1]);
  EXPECT_NE(samples[0].ids, samples[1].ids);

  GenerationRequest second = two;
  second.options.seed = 8;
  second.num_samples = 1;
  EXPECT_EQ(
      run_generation(second, testing::with_libtorch(), [](auto, auto) {})[0]
          .ids,
      samples[1].ids);
  second.num_samples = 0;
  EXPECT_ERROR(
      UsageError,
      "num_samples is 0",
      run_generation(second, testing::with_libtorch(), [](auto, auto) {}));
}

} // namespace
} // namespace nanobrain
