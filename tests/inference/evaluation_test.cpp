#include "nanobrain/inference/evaluation.h"

#include <cmath>
#include <numbers>
#include <sstream>

#include "nanobrain/base/error.h"
#include "nanobrain/data/ngram.h"
#include "nanobrain/inference/generate.h"
#include "tests/inference/evaluation_fixture.h"

namespace nanobrain {
namespace {

using namespace testing;

class Evaluation : public EvaluationTest {};

TEST_F(Evaluation, TextTokenFileAndEvaluateAgree) {
  EvalRequest folder = request(); // the model's own
  folder.model = *folder_ / "model";
  const auto model = make_int8_model(RuntimeModel::load(folder.model));
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
        evaluate(*model->make_scorer(1), 32, file, *tokenizer_)}) {
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
  ASSERT_EQ(report.baselines.size(), 6u);
  const TokenFile train(*folder_ / "train.tokens");
  const TokenFile val(*folder_ / "val.tokens");
  ASSERT_GT(train.size(), kTrained);
  const auto losses = [&](int64_t counted) {
    const auto model = NgramModel::count(train, counted);
    auto history = model.start();
    std::array<double, 6> nats{};
    for (int64_t i = 0; i < val.size(); ++i) {
      const auto p = model.next(history, val[i]);
      for (size_t order = 0; order < 6; ++order)
        nats[order] -= std::log(p[order]);
    }
    return nats;
  };
  const auto expected = losses(kTrained);
  EXPECT_EQ(report.baseline_tokens, kTrained);
  const auto nats = [&](size_t i) { return report.baselines[i].loss.nats; };
  EXPECT_NEAR(
      nats(0),
      static_cast<double>(report.model.tokens) * std::log(500.0),
      1e-6);
  EXPECT_NEAR(nats(1), expected[1], 1e-6);
  EXPECT_NEAR(nats(2), expected[2], 1e-6);
  EXPECT_NEAR(nats(3), expected[3], 1e-6);
  EXPECT_NEAR(nats(5), expected[5], 1e-6);
  // The random model is worse than every counted one.
  EXPECT_THAT(
      report.table().text(),
      ::testing::ContainsRegex("5-gram \\(Kneser-Ney\\).*LOSES to it"));

  with.baseline_limit = 1000;
  const auto few = losses(1000);
  EXPECT_NEAR(run(with).baselines[3].loss.nats, few[3], 1e-6);
  EXPECT_NE(few[3], expected[3]);

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

TEST_F(Evaluation, TheLossWithoutDocumentsThatOverlapWithTraining) {
  EXPECT_EQ(run(request("val.tokens")).without_overlap, std::nullopt);
  EvalRequest rows = request("val.tokens");
  rows.per_document = *folder_ / "overlap.jsonl";
  run(rows);
  double nats = 0;
  std::istringstream lines(read_text(*folder_ / "overlap.jsonl"));
  for (std::string line; std::getline(lines, line);) {
    const Json row = parse_json(line, "row");
    if (row["document"] != 1 && row["document"] != 4) {
      nats += row["nats"].get<double>();
    }
  }
  fs::create_directory(*folder_ / "prepared");
  fs::copy(*folder_ / "val.tokens", *folder_ / "prepared");
  write_json(
      *folder_ / "prepared/prepare.json",
      {{"overlap", {{"val_documents_overlapping", {1, 4}}}}});
  const EvalReport report = run(request("prepared/val.tokens"));
  ASSERT_TRUE(report.without_overlap.has_value());
  EXPECT_DOUBLE_EQ(report.without_overlap->nats, nats);
  EXPECT_EQ(report.without_overlap->documents, std::ssize(val_) - 2);
  EXPECT_THAT(
      report.table().text(),
      ::testing::HasSubstr("2 of 12 documents share a 13-gram of words"));
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
  refused<UsageError>("--by source has none", [&](auto& eval) {
    hf(eval);
    eval.by = {"source"};
  });
  refused<UsageError>(
      "--by is position, frequency, source or several of them, not place",
      [](auto& eval) { eval.by = {"place"}; });
  refused<UsageError>("--by names position twice", [](auto& eval) {
    eval.by = {"position", "position"};
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
  refused<UsageError>("[score] has nothing to read", [](auto& eval) {
    eval.command = "score";
    eval.text.inputs.clear();
  });
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
  fs::create_directory(*folder_ / "bare");
  int8_model_for(*tokenizer_).write(*folder_ / "bare");
  for (const auto& [name, words] :
       {std::pair("nowhere", "is neither a model folder"),
        std::pair("bare", "has no tokenizer")}) {
    refused<Error>(words, [&](auto& eval) { eval.model = *folder_ / name; });
  }
}

TEST_F(Evaluation, TheContextIsTheOneThatTheModelWasTrainedAt) {
  const auto save = [](const char* name, const Json& seq_len) {
    write_model_folder(
        *folder_ / name,
        {},
        tokenizer_.get(),
        {{"training", {{"seq_len", seq_len}}}},
        [](const fs::path& folder) {
          int8_model_for(*tokenizer_, {.max_seq_len = 32}).write(folder);
        });
  };
  save("short", 8);
  EvalRequest eval = request();
  EXPECT_EQ(run(eval).context, 32); // a record that does not say
  const auto generate = [&](std::optional<int64_t> context) {
    GenerationRequest drawn;
    drawn.model = eval.model;
    drawn.prompt = "The";
    drawn.options.max_tokens = 40;
    drawn.options.context = context;
    return run_generation(drawn, {}, [](int64_t, std::string_view) {})[0].ids;
  };
  eval.model = *folder_ / "short";
  EXPECT_EQ(run(eval).context, 8);
  EXPECT_EQ(generate({}), generate(8));
  ::testing::internal::CaptureStderr();
  EXPECT_NE(generate({}), generate(32));
  EXPECT_THAT(
      ::testing::internal::GetCapturedStderr(),
      ::testing::HasSubstr("generate: warning: context 32 is longer than the 8 "
                           "tokens that"));
  EXPECT_ERROR(UsageError, "context is 33; it must be from 1", generate(33));
  for (const Json& wrong : {Json(0), Json(33), Json("8")}) {
    fs::remove_all(*folder_ / "wrong");
    save("wrong", wrong);
    eval.model = *folder_ / "wrong";
    EXPECT_ERROR(Error, "training.seq_len is " + wrong.dump(), run(eval));
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
        request, {}, [&](int64_t sample, std::string_view text) {
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
