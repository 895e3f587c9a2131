#include "nanobrain/inference/evaluation.h"

#include <torch/types.h>

#include <cmath>
#include <numbers>
#include <sstream>

#include "nanobrain/base/error.h"
#include "nanobrain/base/progress.h"
#include "nanobrain/data/ngram.h"
#include "nanobrain/model/huggingface.h"
#include "nanobrain/synthetic/derivation.h"
#include "tests/inference/tiny_model.h"
#include "tests/inference/with_libtorch.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using namespace testing;

/// A small untrained model with a tokenizer of its own, in a folder that looks
/// like a run's, beside synthetic texts: made once for all tests.
class Evaluation : public ::testing::Test {
 protected:
  static constexpr int64_t kTrained = 2000; // tokens, as the record says

  static void SetUpTestSuite() {
    set_progress_enabled(false);
    folder_ = new TempDir;
    SyntheticGenerator generator(1);
    const auto train = draw(generator, 150);
    val_ = draw(generator, 12);
    write_documents("train.txt", train);
    write_documents("val.txt", val_);
    tokenizer_ = testing::train_pieces(*folder_ / "train.txt", 500);
    NanoLM model(testing::one_layer(tokenizer_->vocab_size(), 32), 5);
    save_model(
        *folder_ / "model", model, tokenizer_.get(), {{"tokens", kTrained}});
    write_tokens("train.tokens", train);
    write_tokens("val.tokens", val_);
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
  static void write_documents(
      const char* name, const std::vector<SyntheticDocument>& documents) {
    std::string text;
    for (const auto& document : documents) text += document.text + "\n\n";
    write_text(*folder_ / name, text);
  }
  static void write_tokens(
      const char* name, const std::vector<SyntheticDocument>& documents) {
    TokenFileWriter writer(*folder_ / name, *tokenizer_);
    for (const auto& [text, bits] : documents) {
      writer.append(
          tokenizer_->encode(text), static_cast<int64_t>(text.size()));
    }
    writer.finish();
  }

  static EvalRequest request(const std::string& input = "val.txt") {
    EvalRequest request;
    request.model = folder_->path();
    request.text.inputs = {*folder_ / input};
    return request;
  }
  static EvalReport run(const EvalRequest& request) {
    return run_evaluation(request, testing::with_libtorch());
  }
  /// What is run is request() after `change`.
  template <class E, class Change>
  static void refused(const std::string& words, const Change& change) {
    EvalRequest changed = request();
    change(changed);
    EXPECT_ERROR(E, words, run(changed));
  }

  static inline TempDir* folder_ = nullptr;
  static inline std::vector<SyntheticDocument> val_;
  static inline std::shared_ptr<const Tokenizer> tokenizer_;
};

TEST_F(Evaluation, TextTokenFileAndTrainingAgree) {
  EvalRequest folder = request(); // the model's own
  folder.model = *folder_ / "model";
  NanoLM model = load_model(*folder_ / "model");
  const TokenFile file(*folder_ / "val.tokens");
  const double nats = run(request()).model.nats;
  int64_t bytes = 0;
  int64_t words = 0;
  for (const auto& document : val_) {
    bytes += static_cast<int64_t>(document.text.size());
    std::istringstream stream(document.text);
    for (std::string word; stream >> word;) ++words;
  }
  for (const LossSum& loss :
       {run(folder).model,
        run(request("val.tokens")).model,
        evaluate(model, file, *tokenizer_)}) {
    EXPECT_EQ(loss.nats, nats);
    EXPECT_EQ(loss.tokens, file.size());
    EXPECT_EQ(loss.bytes, bytes);
    EXPECT_EQ(loss.words, words);
    EXPECT_EQ(loss.documents, static_cast<int64_t>(val_.size()));
  }
}

TEST_F(Evaluation, EntropyOfSyntheticTextIsTheFloor) {
  double bits = 0; // as drawn, not as parsed
  for (const auto& document : val_) bits += document.bits;
  for (const char* input : {"val.txt", "val.tokens"}) {
    const EvalReport report = run(request(input));
    ASSERT_TRUE(report.floor_nats.has_value());
    EXPECT_NEAR(*report.floor_nats, bits * std::numbers::ln2, 1e-6);
    EXPECT_FALSE(report.leaked());
    EXPECT_GT(report.model.nats, *report.floor_nats);
  }
  // A corpus without it says why.
  write_text(*folder_ / "edited.txt", val_[0].text + "\n\nNot of synth.\n");
  write_text(*folder_ / "edited.txt.bits", "document\tbytes\tbits\n");
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(run(request("edited.txt")).floor_nats, std::nullopt);
  EXPECT_THAT(
      ::testing::internal::GetCapturedStderr(),
      ::testing::HasSubstr("edited.txt.bits is beside"));
}

TEST_F(Evaluation, BaselinesScoreTheSameTokens) {
  EvalRequest with = request();
  with.baseline_tokens = *folder_ / "train.tokens";
  const EvalReport report = run(with);
  ASSERT_EQ(report.baselines.size(), 4u);
  const TokenFile train(*folder_ / "train.tokens");
  const TokenFile val(*folder_ / "val.tokens");
  ASSERT_GT(train.size(), kTrained);
  const auto losses = [&](int64_t counted) {
    const auto model = NgramModel::count(train, counted);
    NgramScorer scorer(model);
    for (int64_t i = 0; i < val.size(); ++i) scorer.add(std::vector{val[i]});
    return scorer.losses();
  };
  const NgramLosses expected = losses(kTrained);
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
      report.table().text(),
      ::testing::ContainsRegex("trigram \\(Kneser-Ney\\).*LOSES to it"));

  with.baseline_limit = 1000;
  const NgramLosses few = losses(1000);
  EXPECT_DOUBLE_EQ(run(with).baselines[3].loss.nats, few.trigram);
  EXPECT_NE(few.trigram, expected.trigram);

  std::string bytes = read_text(*with.baseline_tokens);
  bytes[300] ^= 0x40; // an id
  write_text(*folder_ / "damaged.tokens", bytes);
  refused<Error>("damaged.tokens", [](auto& eval) {
    eval.baseline_tokens = *folder_ / "damaged.tokens";
  });
}

TEST_F(Evaluation, RowsOfDocumentsAddUp) {
  EvalRequest with = request();
  with.per_document = *folder_ / "rows.tsv";
  const LossSum total = run(with).model;
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
    EXPECT_EQ(row.tokens, std::ssize(tokenizer_->encode(val_[i].text)) + 1);
    sum += row;
  }
  std::string more;
  EXPECT_FALSE(rows >> more);
  EXPECT_EQ(sum.nats, total.nats); // written so that they read back exactly
  EXPECT_EQ(sum.tokens, total.tokens);
  EXPECT_EQ(sum.words, total.words);

  with.per_document = *folder_ / "rows.jsonl";
  run(with);
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
  const auto guide_run = testing::run_process(command);
  ASSERT_EQ(guide_run.exit_code, 0) << guide_run.err;
  const Json guides = parse_json(guide_run.out, "hf_perplexity.py");

  for (size_t i = 0; i < plans.size(); ++i) {
    const auto [context, stride] = plans[i];
    const Json& guide = guides[i];
    EvalRequest hf = request("rows.txt");
    hf.text.protocol = Protocol::kHuggingFace;
    hf.options.context = context;
    hf.options.stride = stride;
    const EvalReport report = run(hf);
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
  const auto hf = [](EvalRequest& eval) {
    eval.text.protocol = Protocol::kHuggingFace;
  };
  refused<UsageError>("a token file has none", [&](auto& eval) {
    hf(eval);
    eval.text.inputs = {*folder_ / "val.tokens"};
  });
  refused<UsageError>("--per-document", [&](auto& eval) {
    hf(eval);
    eval.per_document = *folder_ / "none.tsv";
  });
  refused<UsageError>("baselines", [&](auto& eval) {
    hf(eval);
    eval.baseline_tokens = *folder_ / "train.tokens";
  });
  refused<UsageError>("one token file", [](auto& eval) {
    eval.text.inputs.push_back(*folder_ / "val.tokens");
  });
  refused<UsageError>("--baseline-limit counts --base", [](auto& eval) {
    eval.baseline_limit = 10;
  });
  refused<UsageError>("--baseline-limit is 0", [](auto& eval) {
    eval.baseline_tokens = *folder_ / "train.tokens";
    eval.baseline_limit = 0;
  });
  refused<UsageError>("--batch-tokens must be", [](auto& eval) {
    eval.options.batch_tokens = 0;
  });
  refused<UsageError>(
      "stride is 33", [](auto& eval) { eval.options.stride = 33; });
  refused<UsageError>("--input", [](auto& eval) { eval.text.inputs.clear(); });
}

TEST_F(Evaluation, TextsWithNothingToScore) {
  write_text(*folder_ / "blank.txt", "\n \n");
  EXPECT_ERROR(Error, "no token to score", run(request("blank.txt")));
  write_text(*folder_ / "empty.txt", "");
  EXPECT_ERROR(Error, "empty", run(request("empty.txt")));
  write_text(*folder_ / "latin1.txt", "caf\xe9");
  EvalRequest skipped = request("latin1.txt");
  skipped.per_document = *folder_ / "none.tsv";
  EXPECT_ERROR(Error, "no token to score", run(skipped));
  EXPECT_FALSE(std::filesystem::exists(*folder_ / "none.tsv"));
  skipped.text.documents.invalid_utf8 = "replace";
  EXPECT_EQ(run(skipped).repaired, 1);
}

TEST_F(Evaluation, FoldersThatAreNoModel) {
  NanoLM model = load_model(*folder_ / "model");
  save_model(*folder_ / "bare", model, nullptr);
  const torch::NoGradGuard no_grad;
  model->wpe->weight[0][0] = NAN;
  save_model(*folder_ / "nan", model, tokenizer_.get());
  for (const auto& [name, words] :
       {std::pair("nowhere", "is neither a model folder"),
        std::pair("bare", "has no tokenizer"),
        std::pair("nan", "wpe.weight")}) {
    refused<Error>(words, [&](auto& eval) { eval.model = *folder_ / name; });
  }
}

TEST_F(Evaluation, GenerationDrawsSamplesWithSeedsOneApart) {
  std::vector<std::string> streamed(2);
  const auto generate = [&](uint64_t seed, int64_t num_samples) {
    GenerationRequest request;
    request.model = folder_->path();
    request.prompt = "The";
    request.options.max_tokens = 50; // past the context of 32
    request.options.seed = seed;
    request.num_samples = num_samples;
    return run_generation(
        request,
        testing::with_libtorch(),
        [&](int64_t sample, std::string_view text) {
          streamed[static_cast<size_t>(sample)] += text;
        });
  };
  const auto samples = generate(7, 2);
  ASSERT_EQ(samples.size(), 2u);
  EXPECT_EQ(samples[0].text, streamed[0]);
  EXPECT_EQ(samples[1].text, streamed[1]);
  EXPECT_NE(samples[0].ids, samples[1].ids);
  EXPECT_EQ(generate(8, 1)[0].ids, samples[1].ids);
  EXPECT_ERROR(UsageError, "num_samples is 0", generate(8, 0));
}

} // namespace
} // namespace nanobrain
