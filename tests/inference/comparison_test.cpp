#include "nanobrain/inference/comparison.h"

#include <cmath>
#include <fstream>

#include "nanobrain/base/error.h"
#include "nanobrain/base/progress.h"
#include "nanobrain/config/model_folder.h"
#include "nanobrain/synthetic/derivation.h"
#include "tests/inference/fake_model.h"
#include "tests/runtime/int8_model.h"
#include "tests/tokenizer/texts.h"

namespace nanobrain {
namespace {

using ::testing::HasSubstr;
using namespace testing;

/// Random int8 models with tokenizers of their own: narrow/ of 32 positions and
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
      for (int i = 0; i < count; ++i) {
        texts_.push_back(generator.next().text);
        text += texts_.back() + "\n\n";
      }
      write_text(*folder_ / name, text);
    }
    save("narrow", 32, *trained_on(texts_, {.vocab_size = 400}));
    save("wide", 48, *trained_on(texts_, {.vocab_size = 350}));
  }
  static void TearDownTestSuite() { delete folder_; }

  /// A model of `positions` for all ids of the tokenizer.
  static void save(
      const std::string& name, int64_t positions, const Tokenizer& tokenizer) {
    write_int8_folder(*folder_ / name, tokenizer, {.max_seq_len = positions});
  }

  static CompareRequest request(const std::string& input = "few.txt") {
    CompareRequest request;
    request.models = {*folder_ / "narrow", *folder_ / "wide"};
    request.text.inputs = {*folder_ / input};
    request.threads = 1;
    return request;
  }
  static ComparisonReport run(const CompareRequest& request) {
    return run_comparison(request, {});
  }
  /// eval of one of the models, with the context of the comparison.
  static LossSum evaluate(const EvalText& text, EvalRequest eval) {
    eval.text = text;
    eval.options.context = 32;
    eval.threads = 1;
    return run_evaluation(eval, {}).model;
  }
  /// What is run is request(input) after `change`.
  template <class E>
  static void refused(
      const std::string& words,
      const std::function<void(CompareRequest&)>& change,
      const std::string& input = "few.txt") {
    CompareRequest changed = request(input);
    change(changed);
    EXPECT_ERROR(E, words, run(changed));
  }
  /// A third model is named.
  static void refused_with(const std::string& model, const std::string& words) {
    refused<Error>(words, [&](CompareRequest& with) {
      with.models.push_back(*folder_ / model);
    });
  }

  static inline TempDir* folder_ = nullptr;
  static inline std::vector<std::string> texts_; // many, then few
};

TEST_F(Comparison, FiguresAreThoseOfEval) {
  for (const Protocol protocol :
       {Protocol::kDocuments, Protocol::kHuggingFace}) {
    CompareRequest asked = request();
    asked.text.protocol = protocol;
    const ComparisonReport report = run(asked);
    ASSERT_EQ(report.models.size(), 2u);
    EXPECT_EQ(report.context, 32); // the longest that both take
    EXPECT_EQ(report.stride, 32);
    for (const ComparedModel& model : report.models) {
      const LossSum expected = evaluate(asked.text, {.model = model.name});
      EXPECT_NEAR(model.loss.nats, expected.nats, 1e-9 * expected.nats);
      EXPECT_EQ(model.loss.tokens, expected.tokens);
      EXPECT_EQ(model.loss.bytes, expected.bytes);
      EXPECT_EQ(model.loss.words, expected.words);
      EXPECT_EQ(model.loss.documents, expected.documents);
      EXPECT_GT(model.seconds, 0);
      const Interval& interval = model.intervals->bits_per_byte;
      EXPECT_LT(interval.low, model.loss.bits_per_byte());
      EXPECT_GT(interval.high, model.loss.bits_per_byte());
    }
    EXPECT_NE(report.models[0].loss.tokens, report.models[1].loss.tokens);
  }
}

TEST_F(Comparison, SizesOfTheModels) {
  const auto models = run(request()).models;
  EXPECT_EQ(models[0].loss.words, models[1].loss.words);
  EXPECT_EQ(models[0].tokenizer, "sentencepiece");
  EXPECT_EQ(
      models[0].file_bytes,
      static_cast<int64_t>(
          fs::file_size(*folder_ / "narrow/model.int8.safetensors")));
  // Embedder, positions, blocks with biases (C = 24, F = 40), norms.
  const int64_t block = 4 * 24 * 25 + 40 * 25 + 24 * 41 + 4 * 24;
  EXPECT_EQ(models[1].parameters, 350 * 24 + 48 * 24 + 2 * block + 2 * 24);
}

TEST_F(Comparison, IntervalsAreThoseOfEvalsRowsByDocument) {
  const ComparisonReport report = run(request("many.txt"));
  EXPECT_EQ(report.units.describe(), "60 documents");
  std::vector<std::vector<LossSum>> rows;
  for (const fs::path& model : request().models) {
    const fs::path file = *folder_ / (model.filename().string() + ".jsonl");
    evaluate(request("many.txt").text, {.model = model, .per_document = file});
    std::ifstream lines(file);
    auto& units = rows.emplace_back();
    for (std::string line; std::getline(lines, line);) {
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

TEST_F(Comparison, BaselinesAreThoseOfEval) {
  const auto tokenizer = load_tokenizer(*folder_ / "narrow");
  TokenFileWriter writer(*folder_ / "train.tokens", *tokenizer);
  for (size_t i = 0; i < 60; ++i) {
    writer.append(
        tokenizer->encode(texts_[i]), static_cast<int64_t>(texts_[i].size()));
  }
  writer.finish();
  CompareRequest with = request("many.txt");
  EXPECT_TRUE(run(with).baselines.empty());
  with.baselines = *folder_ / "train.tokens";
  const ComparisonReport report = run(with);
  EvalRequest eval{.model = *folder_ / "narrow", .text = with.text};
  eval.options.context = 32;
  eval.baseline_tokens = with.baselines;
  const EvalReport expected =
      run_evaluation(eval, {.make_counters = make_counters});
  ASSERT_EQ(report.baselines.size(), 6u); // the other has another tokenizer
  for (size_t order = 0; order < 6; ++order) {
    const ComparedBaseline& baseline = report.baselines[order];
    EXPECT_EQ(baseline.name, expected.baselines[order].name);
    EXPECT_EQ(baseline.models, std::vector<size_t>{0});
    EXPECT_NEAR(
        baseline.loss.nats / expected.baselines[order].loss.nats, 1, 1e-12);
    EXPECT_LT(
        baseline.intervals->bits_per_byte.low, baseline.loss.bits_per_byte());
    EXPECT_GT(
        baseline.intervals->bits_per_byte.high, baseline.loss.bits_per_byte());
  }
  EXPECT_EQ(
      report.to_json()["rows"][0]["loses_to"], expected.to_json()["loses_to"]);
  EXPECT_THAT(
      report.to_text(),
      HasSubstr(
          "no n-gram baselines: " + (*folder_ / "wide").string() +
          ": another tokenizer made"));
}

TEST_F(Comparison, PublishedFiguresOfThisTextHaveBitsPerByte) {
  CompareRequest hf = request();
  hf.text.protocol = Protocol::kHuggingFace;
  hf.models.pop_back();
  const TextFacts facts = survey_text(hf.text, open_plain_documents);
  write_text(
      *folder_ / "own.json",
      fmt::format(
          R"({{"model": "m", "figures": [{{"text": "t", "context": 8, )"
          R"("stride": 8, "source": "s", "nats_per_token": 2, "tokens": 10, )"
          R"("text_bytes": {}, "text_sha256": "{}"}}]}})",
          facts.bytes,
          facts.sha256));
  hf.reference = (*folder_ / "own.json").string();
  const auto row = [&] { return run(hf).to_json()["rows"][1]; };
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
  ModelConfig config;
  config.vocab_size = tokenizer->vocab_size();
  config.max_seq_len = 1024;
  write_model_folder(
      *folder_ / "flat",
      config,
      tokenizer.get(),
      Json::object(),
      [](const fs::path&) {});
  Calls calls;
  const Capabilities only_tokens_matter = {
      .open_f32 = [&](const fs::path&, bool) {
        return std::make_unique<FakeModel>("flat", calls, 1024);
      }};
  CompareRequest hf;
  hf.models = {*folder_ / "flat"};
  hf.text.inputs = {data / "wikitext2" / "wiki.test.raw"};
  hf.text.protocol = Protocol::kHuggingFace;
  hf.reference = "gpt2-small-published";
  const ComparisonReport report = run_comparison(hf, only_tokens_matter);
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
  const ComparisonReport report = run(first);
  EXPECT_EQ(report.text.documents, 3);
  int64_t bytes = 0;
  for (size_t i = 0; i < 3; ++i) bytes += std::ssize(texts_[i]);
  EXPECT_EQ(report.models[1].loss.bytes, bytes);

  refused<UsageError>(
      "--max-documents is 0", [](auto& none) { none.text.max_documents = 0; });
  refused<UsageError>("one text of all rows", [](auto& rows) {
    rows.text.max_documents = 3;
    rows.text.protocol = Protocol::kHuggingFace;
  });
}

TEST_F(Comparison, ContextsThatNotAllModelsTake) {
  refused<UsageError>(
      "context is 48, but " + (*folder_ / "narrow").string() +
          " takes 32 at most",
      [](auto& with) { with.options.context = 48; });
  refused<UsageError>("stride is 33", [](auto& with) {
    with.options.stride = 33; // the context is 32
  });
  CompareRequest with = request();
  with.options.context = 16;
  EXPECT_EQ(run(with).context, 16);
}

TEST_F(Comparison, ModelsMissingOrTwice) {
  refused<UsageError>(
      "has no models; give --model", [](auto& none) { none.models.clear(); });
  fs::create_directories(*folder_ / "run");
  fs::create_directory_symlink("../narrow", *folder_ / "run/model");
  refused_with("run", "run comes twice"); // by another name
  refused_with("absent", "absent is neither a model folder");
}

TEST_F(Comparison, FoldersWhoseTokenizerDoesNotFit) {
  fs::create_directory(*folder_ / "small");
  Int8Model({.vocab_size = 300}).write(*folder_ / "small");
  refused_with("small", "small has no tokenizer");
  fs::copy_file(
      *folder_ / "wide/tokenizer.model", *folder_ / "small/tokenizer.model");
  refused_with("small", (*folder_ / "small").string());
  refused_with(
      "small",
      "the tokenizer has 350 ids, but the model only 300; they do not belong "
      "together");
}

TEST_F(Comparison, ATokenizerWithoutEndOfTextTakesRowsOnly) {
  trained_on<Tokenizer>(texts_, {.kind = "lexical", .vocab_size = 345})
      ->save(folder_->path());
  const fs::path file = *folder_ / "tokenizer.lexical.json";
  Json pieces = read_json(file);
  pieces.erase(pieces.size() - 1); // the end of text
  write_json(file, pieces);
  save("endless", 32, *load_tokenizer(file));
  CompareRequest with = request();
  with.models.push_back(*folder_ / "endless");
  EXPECT_ERROR(
      Error,
      "the tokenizer of " + (*folder_ / "endless").string() +
          " has no end-of-text token to precede the text; compare with "
          "--protocol hf",
      run(with));
  with.text.protocol = Protocol::kHuggingFace;
  const ComparisonReport report = run(with);
  EXPECT_EQ(report.models[2].tokenizer, "lexical");
  EXPECT_EQ(report.models[2].loss.documents, report.text.documents);
}

TEST_F(Comparison, TextsWithTooLittle) {
  const std::string window =
      "less than one window of 32: give a longer text, or a shorter --context";
  for (const auto& [name, text, words] :
       std::vector<std::array<std::string, 3>>{
           {"blank.txt", "\n \n", "there is no text in"},
           {"latin1.txt",
            "caf\xe9 au lait\n",
            "skipped (1 documents that are not valid UTF-8"},
           {"empty.txt", "", "empty.txt"},
           {"short.txt", "The end.", window}}) {
    write_text(*folder_ / name, text);
    refused<Error>(
        words, [](auto&) {}, name);
  }
  CompareRequest shorter = request("short.txt");
  shorter.options.context = 2;
  EXPECT_EQ(run(shorter).models[0].loss.bytes, 8);
  refused<UsageError>(
      "give --input", [](auto& none) { none.text.inputs.clear(); });
  refused<UsageError>(
      "ids of one tokenizer", [](auto&) {}, "val.tokens");
}

} // namespace
} // namespace nanobrain
