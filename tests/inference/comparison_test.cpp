#include "nanobrain/inference/comparison.h"

#include <torch/torch.h>

#include <cmath>
#include <fstream>

#include "nanobrain/base/error.h"
#include "nanobrain/config/model_folder.h"
#include "nanobrain/inference/evaluation.h"
#include "nanobrain/inference/open_model.h"
#include "nanobrain/model/huggingface.h"
#include "nanobrain/synthetic/derivation.h"
#include "nanobrain/tokenizer_training/tokenizer_trainer.h"
#include "tests/inference/with_libtorch.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using testing::TempDir;
using testing::write_text;

/// Untrained models with tokenizers of their own: narrow/ of 32 positions and
/// 400 pieces, wide/ of 48 and 350, beside synthetic texts: made once for all
/// tests.
class Comparison : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    set_progress_enabled(false);
    folder_ = new TempDir;
    SyntheticGenerator generator(1);
    for (const auto& [name, count] :
         {std::pair("many.txt", 60), std::pair("few.txt", 10)}) {
      std::string text;
      for (int i = 0; i < count; ++i) text += generator.next().text + "\n\n";
      write_text(*folder_ / name, text);
    }
    make_model("narrow", 400, 32);
    make_model("wide", 350, 48);
  }
  static void TearDownTestSuite() { delete folder_; }

  static void make_model(
      const std::string& name, int64_t pieces, int64_t positions) {
    const auto reader = open_documents({*folder_ / "many.txt"});
    const auto trained = train_tokenizer(
        [&](std::string& text) { return reader->next(text); },
        {.vocab_size = pieces});
    NanoLM model(small_config(pieces, positions), 5);
    save_model(*folder_ / name, model, trained.tokenizer.get());
  }
  static ModelConfig small_config(int64_t pieces, int64_t positions) {
    ModelConfig config;
    config.num_layers = 1;
    config.num_heads = 2;
    config.model_dim = 32;
    config.ffn_dim = 64;
    config.vocab_size = pieces;
    config.max_seq_len = positions;
    return config;
  }

  static CompareRequest request(const std::string& input = "few.txt") {
    CompareRequest request;
    request.models = {*folder_ / "narrow", *folder_ / "wide"};
    request.text.inputs = {*folder_ / input};
    request.threads = 1;
    return request;
  }

  static inline TempDir* folder_ = nullptr;
};

TEST_F(Comparison, FiguresAreThoseOfEval) {
  const ComparisonReport report =
      run_comparison(request(), testing::with_libtorch());
  ASSERT_EQ(report.models.size(), 2u);
  EXPECT_EQ(report.context, 32); // the longest that both take
  EXPECT_EQ(report.stride, 32);
  for (const ComparedModel& model : report.models) {
    EvalRequest eval;
    eval.model = model.name;
    eval.inputs = request().text.inputs;
    eval.options.context = 32;
    eval.threads = 1;
    const LossSum expected =
        run_evaluation(eval, testing::with_libtorch()).model;
    EXPECT_NEAR(model.loss.nats, expected.nats, 1e-9 * expected.nats);
    EXPECT_EQ(model.loss.tokens, expected.tokens);
    EXPECT_EQ(model.loss.bytes, report.text.bytes);
    EXPECT_EQ(model.loss.words, expected.words);
    EXPECT_EQ(model.loss.documents, 10);
    EXPECT_GT(model.seconds, 0);
    EXPECT_LT(model.intervals->bits_per_byte.low, model.loss.bits_per_byte());
    EXPECT_GT(model.intervals->bits_per_byte.high, model.loss.bits_per_byte());
  }
  EXPECT_NE(report.models[0].loss.tokens, report.models[1].loss.tokens);
  EXPECT_EQ(report.models[0].loss.words, report.models[1].loss.words);
  EXPECT_EQ(
      report.models[0].file_bytes,
      static_cast<int64_t>(
          fs::file_size(*folder_ / "narrow/model.safetensors")));
  // Embedder, positions, a block of 2 norms, 4 + 2 x 2 squares, the last norm.
  EXPECT_EQ(
      report.models[1].parameters,
      350 * 32 + 48 * 32 + 2 * 64 + 8 * 32 * 32 + 64);
}

TEST_F(Comparison, IntervalsAreThoseOfEvalsRowsByDocument) {
  const ComparisonReport report =
      run_comparison(request("many.txt"), testing::with_libtorch());
  EXPECT_EQ(report.units.describe(), "60 documents");
  std::vector<std::vector<LossSum>> rows;
  for (const fs::path& model : request().models) {
    EvalRequest eval;
    eval.model = model;
    eval.inputs = request("many.txt").text.inputs;
    eval.options.context = 32;
    eval.threads = 1;
    eval.per_document = *folder_ / (model.filename().string() + ".jsonl");
    run_evaluation(eval, testing::with_libtorch());
    std::ifstream file(*eval.per_document);
    auto& units = rows.emplace_back();
    for (std::string line; std::getline(file, line);) {
      const Json row = parse_json(line, "row");
      units.push_back(
          {.nats = row["nats"],
           .tokens = row["tokens"],
           .bytes = row["bytes"],
           .words = row["words"]});
    }
  }
  const auto expected = bootstrap_intervals(rows, 1);
  for (size_t m = 0; m < 2; ++m) {
    const LossIntervals& intervals = *report.models[m].intervals;
    EXPECT_EQ(intervals.bits_per_byte.low, expected[m].bits_per_byte.low);
    EXPECT_EQ(intervals.perplexity.high, expected[m].perplexity.high);
    EXPECT_EQ(
        intervals.bits_per_byte_difference.low,
        expected[m].bits_per_byte_difference.low);
  }
}

TEST_F(Comparison, HuggingFaceProtocolGivesTransformersLoss) {
  const auto made = testing::run_process(
      {testing::python(),
       testing::source_dir() / "tests/support/tiny_gpt2.py",
       *folder_ / "gpt2",
       *folder_ / "many.txt",
       "350",
       "48",
       "3"});
  ASSERT_EQ(made.exit_code, 0) << made.err;
  write_text(
      *folder_ / "rows.txt",
      testing::read_text(*folder_ / "few.txt").substr(0, 5000));
  CompareRequest hf = request("rows.txt");
  hf.models[1] = *folder_ / "gpt2";
  hf.text.protocol = Protocol::kHuggingFace;
  hf.options.stride = 12;
  const ComparisonReport report = run_comparison(hf, testing::with_libtorch());
  EXPECT_GT(report.units.block_bytes, 0);
  EXPECT_EQ(report.models[0].tokenizer, "sentencepiece");
  EXPECT_EQ(report.models[1].tokenizer, "gpt2");
  const auto run = testing::run_process(
      {testing::python(),
       testing::source_dir() / "tests/inference/hf_perplexity.py",
       *folder_ / "gpt2",
       *folder_ / "rows.txt",
       "32:12"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const Json guide = parse_json(run.out, "hf_perplexity.py")[0];
  const LossSum& loss = report.models[1].loss;
  EXPECT_EQ(loss.tokens, guide["tokens"].get<int64_t>());
  EXPECT_EQ(loss.documents, guide["rows"].get<int64_t>());
  // f32 forward passes of two libraries: some 1e-6 a token.
  EXPECT_NEAR(
      loss.nats_per_token(),
      guide["nats"].get<double>() / guide["tokens"].get<double>(),
      1e-5);
}

TEST_F(Comparison, PublishedFiguresOfThisTextHaveBitsPerByte) {
  CompareRequest hf = request();
  hf.text.protocol = Protocol::kHuggingFace;
  hf.models.pop_back();
  const TextFacts facts = survey_text(hf.text, open_documents);
  write_text(
      *folder_ / "own.json",
      fmt::format(
          R"({{"model": "m", "figures": [{{"text": "t", "context": 8, )"
          R"("stride": 8, "source": "s", "nats_per_token": 2, "tokens": 10, )"
          R"("text_bytes": {}, "text_sha256": "{}"}}]}})",
          facts.bytes,
          facts.sha256));
  hf.reference = (*folder_ / "own.json").string();
  const auto row = [&] {
    return run_comparison(hf, testing::with_libtorch()).to_json()["rows"][1];
  };
  EXPECT_EQ(row()["published"], true);
  EXPECT_NEAR(
      row()["bits_per_byte"].get<double>(),
      20 / std::log(2) / static_cast<double>(facts.bytes),
      1e-9);
  // The same documents by another rule are not that text.
  hf.text.protocol = Protocol::kDocuments;
  EXPECT_EQ(row()["bits_per_byte"], nullptr);
  hf.text.protocol = Protocol::kHuggingFace;
  hf.text.inputs = {*folder_ / "many.txt"};
  EXPECT_EQ(row()["bits_per_byte"], nullptr);
}

TEST_F(Comparison, WikiText2HasGpt2sPublishedTokens) {
  const auto data = testing::shared_data();
  if (data.empty()) GTEST_SKIP() << "no shared data here";
  const auto tokenizer = load_tokenizer(data / "gpt2_tokenizer");
  ModelConfig config = small_config(tokenizer->vocab_size(), 1024);
  config.model_dim = 4; // only the tokens matter
  config.ffn_dim = 4;
  NanoLM model(config, 1);
  save_model(*folder_ / "flat", model, tokenizer.get());
  CompareRequest hf;
  hf.models = {*folder_ / "flat"};
  hf.text.inputs = {data / "wikitext2" / "wiki.test.raw"};
  hf.text.protocol = Protocol::kHuggingFace;
  hf.reference = "gpt2-small-published";
  const ComparisonReport report = run_comparison(hf, testing::with_libtorch());
  EXPECT_EQ(report.text.bytes, 1'296'370);
  // 287,644 but the first of each of 281 windows.
  EXPECT_EQ(report.models[0].loss.tokens, 287'644 - 281);
  const Json rows = report.to_json()["rows"];
  EXPECT_EQ(rows[1]["same_text"], true);
  EXPECT_NEAR(rows[1]["bits_per_byte"].get<double>(), 1.088, 5e-4);
  EXPECT_EQ(rows[4]["same_text"], false);
}

TEST_F(Comparison, OnlyTheFirstDocuments) {
  CompareRequest first = request("many.txt");
  first.text.max_documents = 3;
  const ComparisonReport report =
      run_comparison(first, testing::with_libtorch());
  EXPECT_EQ(report.text.documents, 3);
  const auto reader = open_documents(first.text.inputs);
  int64_t bytes = 0;
  std::string text;
  for (int i = 0; i < 3 && reader->next(text); ++i) {
    bytes += static_cast<int64_t>(text.size());
  }
  EXPECT_EQ(report.models[1].loss.bytes, bytes);

  first.text.max_documents = 0;
  EXPECT_ERROR(
      UsageError,
      "--max-documents is 0",
      run_comparison(first, testing::with_libtorch()));
  first.text.max_documents = 3;
  first.text.protocol = Protocol::kHuggingFace;
  EXPECT_ERROR(
      UsageError,
      "one text of all rows",
      run_comparison(first, testing::with_libtorch()));
}

TEST_F(Comparison, ContextsThatNotAllModelsTake) {
  CompareRequest with = request();
  with.options.context = 48;
  EXPECT_ERROR(
      UsageError,
      "context is 48, but " + (*folder_ / "narrow").string() +
          " takes 32 at most",
      run_comparison(with, testing::with_libtorch()));
  with.options.context = 16;
  with.options.stride = 17;
  EXPECT_ERROR(
      UsageError,
      "stride is 17",
      run_comparison(with, testing::with_libtorch()));
  with.options.stride.reset();
  EXPECT_EQ(run_comparison(with, testing::with_libtorch()).context, 16);
  with.options.context = 0;
  EXPECT_ERROR(
      UsageError,
      "context is 0",
      run_comparison(with, testing::with_libtorch()));
}

TEST_F(Comparison, ModelsMissingOrTwice) {
  CompareRequest none = request();
  none.models.clear();
  EXPECT_ERROR(
      UsageError,
      "has no models; give --model",
      run_comparison(none, testing::with_libtorch()));
  fs::create_directories(*folder_ / "run");
  fs::create_directory_symlink("../narrow", *folder_ / "run/model");
  CompareRequest twice = request();
  twice.models.push_back(*folder_ / "run"); // by another name
  EXPECT_ERROR(
      UsageError,
      "run comes twice",
      run_comparison(twice, testing::with_libtorch()));
  CompareRequest absent = request();
  absent.models.push_back(*folder_ / "absent");
  EXPECT_ERROR(
      Error,
      "absent is neither a model folder",
      run_comparison(absent, testing::with_libtorch()));
}

TEST_F(Comparison, FoldersWhoseTokenizerDoesNotFit) {
  CompareRequest with = request();
  NanoLM small(small_config(300, 32), 1);
  save_model(*folder_ / "small", small, nullptr);
  with.models[1] = *folder_ / "small";
  EXPECT_ERROR(
      Error,
      "small has no tokenizer",
      run_comparison(with, testing::with_libtorch()));
  // Without the record that there was none.
  fs::remove(*folder_ / "small/nanobrain.json");
  fs::copy_file(
      *folder_ / "wide/tokenizer.model", *folder_ / "small/tokenizer.model");
  const std::string message = testing::error_of<Error>(
      [&] { run_comparison(with, testing::with_libtorch()); });
  EXPECT_THAT(message, HasSubstr((*folder_ / "small").string()));
  EXPECT_THAT(
      message,
      HasSubstr("the tokenizer has 350 ids, but the model only 300; they do "
                "not belong together"));
}

TEST_F(Comparison, ATokenizerWithoutEndOfTextTakesRowsOnly) {
  const auto reader = open_documents({*folder_ / "many.txt"});
  const auto trained = train_tokenizer(
      [&](std::string& text) { return reader->next(text); },
      {.kind = "lexical", .vocab_size = 345});
  trained.tokenizer->save(folder_->path());
  const fs::path file = *folder_ / "tokenizer.lexical.json";
  Json pieces = read_json(file);
  pieces.erase(pieces.size() - 1); // the end of text
  write_json(file, pieces);
  NanoLM model(small_config(344, 32), 1);
  save_model(*folder_ / "endless", model, load_tokenizer(file).get());
  CompareRequest with = request();
  with.models.push_back(*folder_ / "endless");
  EXPECT_ERROR(
      Error,
      "the tokenizer of " + (*folder_ / "endless").string() +
          " has no end-of-text token to precede the text; compare with "
          "--protocol hf",
      run_comparison(with, testing::with_libtorch()));
  with.text.protocol = Protocol::kHuggingFace;
  const ComparisonReport report =
      run_comparison(with, testing::with_libtorch());
  EXPECT_EQ(report.models[2].tokenizer, "lexical");
  EXPECT_EQ(report.models[2].loss.documents, report.text.documents);
}

TEST_F(Comparison, WeightsThatAreNotNumbers) {
  NanoLM model = load_model(*folder_ / "wide");
  const auto tokenizer =
      open_model_tokenizer(*folder_ / "wide", model->config().vocab_size);
  {
    const torch::NoGradGuard no_grad;
    model->wpe->weight[0][0] = NAN;
  }
  save_model(*folder_ / "broken", model, tokenizer.get());
  CompareRequest with = request();
  with.models.push_back(*folder_ / "broken");
  const std::string message = testing::error_of<Error>(
      [&] { run_comparison(with, testing::with_libtorch()); });
  EXPECT_THAT(message, HasSubstr((*folder_ / "broken").string()));
  EXPECT_THAT(message, HasSubstr("wpe.weight"));
  EXPECT_THAT(message, HasSubstr("not finite"));
}

TEST_F(Comparison, TextsWithTooLittle) {
  write_text(*folder_ / "blank.txt", "\n \n");
  EXPECT_ERROR(
      Error,
      "there is no text in",
      run_comparison(request("blank.txt"), testing::with_libtorch()));
  write_text(*folder_ / "latin1.txt", "caf\xe9 au lait\n");
  EXPECT_ERROR(
      Error,
      "skipped (1 documents that are not valid UTF-8",
      run_comparison(request("latin1.txt"), testing::with_libtorch()));
  write_text(*folder_ / "empty.txt", "");
  EXPECT_ERROR(
      Error,
      "empty.txt",
      run_comparison(request("empty.txt"), testing::with_libtorch()));
  write_text(*folder_ / "short.txt", "The end.");
  CompareRequest shorter = request("short.txt");
  EXPECT_ERROR(
      Error,
      "less than one window of 32: give a longer text, or a shorter --context",
      run_comparison(shorter, testing::with_libtorch()));
  shorter.options.context = 2;
  EXPECT_EQ(
      run_comparison(shorter, testing::with_libtorch()).models[0].loss.bytes,
      8);
  shorter.text.inputs.clear();
  EXPECT_ERROR(
      UsageError,
      "give --input",
      run_comparison(shorter, testing::with_libtorch()));
  shorter.text.inputs = {*folder_ / "val.tokens"};
  EXPECT_ERROR(
      UsageError,
      "ids of one tokenizer",
      run_comparison(shorter, testing::with_libtorch()));
}

} // namespace
} // namespace nanobrain
