#include "nanobrain/data/prepare.h"

#include <algorithm>
#include <future>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "nanobrain/base/error.h"
#include "nanobrain/base/fields.h"
#include "nanobrain/base/file.h"
#include "nanobrain/base/interrupt.h"
#include "nanobrain/base/parallel.h"
#include "nanobrain/base/progress.h"
#include "nanobrain/base/stopwatch.h"
#include "nanobrain/data/duplicates.h"
#include "nanobrain/data/sided_documents.h"
#include "nanobrain/data/token_file.h"

namespace nanobrain {
namespace {

/// A batch is what all threads tokenise at a time: up to this much text or this
/// many documents. A document as long as a batch is one by itself, tokenised in
/// parts. Two batches are held at a time, or one larger than two.
constexpr size_t kBatchBytes = 8'000'000;
constexpr size_t kBatchDocuments = 4096;

/// What the first reading finds.
struct Survey {
  uint64_t fingerprint = 0;
  std::vector<bool> is_copy; // of each document
};

void check_options(const Tokenizer& tokenizer, const PrepareOptions& options) {
  check_fields(
      {{"--val-fraction", options.val_fraction, "", {from_below(0, 1)}},
       {"--test-fraction", options.test_share(), "", {from_below(0, 1)}}});
  require<UsageError>(
      options.val_fraction + options.test_share() < 1,
      "prepare",
      "--val-fraction {} and --test-fraction {} leave nothing for training; "
      "lower them",
      options.val_fraction,
      options.test_share());
  require<UsageError>(
      tokenizer.end_of_text() >= 0 || options.allow_no_end_of_text,
      "prepare",
      "the tokenizer has no end-of-text token, so documents would run into "
      "each other; name another tokenizer or pass --no-end-of-text");
}

void check_sides(
    int64_t train,
    int64_t val,
    int64_t test,
    int64_t train_copies,
    const DocumentCounts& read,
    const PrepareOptions& options) {
  require(
      read.documents > 0,
      "prepare",
      "the inputs hold no documents ({} were skipped); check them",
      read.skipped());
  require(
      train > 0 || train_copies == 0,
      "prepare",
      "all {} documents for training are copies of validation documents; give "
      "training other text",
      train_copies);
  require(
      train > 0,
      "prepare",
      "no document is left for training out of {}; give more text",
      read.documents);
  require(
      val > 0 || (options.val_fraction == 0.0 && options.val_inputs.empty()),
      "prepare",
      "none of {} documents fell to validation at --val-fraction {}; raise it, "
      "name documents by --val-input, or pass --val-fraction 0",
      read.documents,
      options.val_fraction);
  require(
      test > 0 || options.test_fraction.value_or(0.0) == 0.0,
      "prepare",
      "none of {} documents fell to the test at --test-fraction {}; raise it, "
      "or leave it out",
      read.documents,
      options.test_fraction.value_or(0.0));
}

Survey survey(
    const std::vector<fs::path>& inputs,
    const PrepareOptions& options,
    OverlapMeter& overlap) {
  SidedDocuments reader(inputs, options);
  DuplicateFinder duplicates;
  Progress progress("scan", reader.size());
  std::vector<Side> sides; // of each document
  Side side = Side::kTrain;
  for (std::string text; reader.next(text, side);) {
    check_interrupted();
    duplicates.add(text);
    if (side == Side::kVal) overlap.add_validation(text);
    sides.push_back(side);
    progress.update(reader.position());
    if (text.size() >= kBatchBytes) text = std::string(); // not to hold two
  }
  progress.finish();
  check_sides(
      std::ranges::count(sides, Side::kTrain),
      std::ranges::count(sides, Side::kVal),
      std::ranges::count(sides, Side::kTest),
      0,
      reader.counts(),
      options);

  Survey found{reader.fingerprint(), duplicates.find()};
  std::vector<bool> val_copies;
  for (size_t i = 0; i < sides.size(); ++i) {
    if (sides[i] == Side::kVal) val_copies.push_back(found.is_copy[i]);
  }
  overlap.start_training(val_copies);
  return found;
}

/// Documents that are tokenised together, in order.
struct Batch {
  std::vector<std::string> texts;
  std::vector<Side> sides;
  size_t bytes = 0;

  bool full() const {
    return bytes >= kBatchBytes || texts.size() >= kBatchDocuments;
  }
};

/// Tokenises batches and appends them to their files.
class Writer {
 public:
  Writer(
      const fs::path& folder,
      const Tokenizer& tokenizer,
      const PrepareOptions& options,
      OverlapMeter& overlap)
      : tokenizer_(tokenizer),
        threads_(resolve_threads(options.threads)),
        overlap_(overlap),
        train_(folder / "train.tokens", tokenizer) {
    if (options.val_fraction > 0.0 || !options.val_inputs.empty()) {
      val_.emplace(folder / "val.tokens", tokenizer);
    }
    if (options.test_share() > 0.0) {
      test_.emplace(folder / "test.tokens", tokenizer);
    }
  }

  void write(const Batch& batch) {
    batch.texts.size() == 1 ? write_one(batch) : write_many(batch);
  }

  void finish(PrepareReport& report) {
    finish(train_, report.train);
    if (val_) finish(*val_, report.val);
    // Of few documents none may fall to it: no file then.
    if (test_ && test_->info().documents > 0) finish(*test_, report.test);
  }

 private:
  TokenFileWriter& file_of(const Batch& batch, size_t i) {
    const Side side = batch.sides[i];
    return side == Side::kVal ? *val_ : side == Side::kTest ? *test_ : train_;
  }

  static bool is_training(const Batch& batch, size_t i) {
    return batch.sides[i] == Side::kTrain;
  }

  /// However long the document is, few of its ids are held.
  void write_one(const Batch& batch) {
    const std::string& text = batch.texts.front();
    TokenFileWriter& file = file_of(batch, 0);
    if (is_training(batch, 0)) overlap_.add_training(text);
    tokenizer_.encode_parts(text, [&](std::span<const TokenId> ids) {
      check_interrupted();
      file.append_part(ids);
    });
    file.end_document(static_cast<int64_t>(text.size()));
  }

  void write_many(const Batch& batch) {
    const auto ids = encode_all(tokenizer_, batch.texts, threads_);
    const auto count = static_cast<int64_t>(batch.texts.size());
    parallel_for(count, threads_, [&](int64_t index) {
      const auto i = static_cast<size_t>(index);
      if (is_training(batch, i)) overlap_.add_training(batch.texts[i]);
    });
    for (size_t i = 0; i < ids.size(); ++i) {
      file_of(batch, i).append(
          ids[i], static_cast<int64_t>(batch.texts[i].size()));
    }
  }

  static void finish(TokenFileWriter& file, SideReport& side) {
    side.documents = file.info().documents;
    side.tokens = file.info().tokens;
    side.bytes = file.info().source_bytes;
    file.finish();
  }

  const Tokenizer& tokenizer_;
  int64_t threads_;
  OverlapMeter& overlap_;
  TokenFileWriter train_;
  std::optional<TokenFileWriter> val_;
  std::optional<TokenFileWriter> test_;
};

/// The second reading: fills a batch while the one before is tokenised.
void write_tokens(
    SidedDocuments& reader,
    const Survey& survey,
    Writer& writer,
    PrepareReport& report) {
  Progress progress("tokenize", reader.size());
  Batch batch;
  std::future<void> writing;
  const auto write = [&] {
    check_interrupted();
    if (writing.valid()) writing.get();
    const bool alone = batch.bytes >= 2 * kBatchBytes;
    writing = std::async(
        std::launch::async,
        [&writer, full = std::exchange(batch, {})] { writer.write(full); });
    if (alone) writing.get();
    progress.update(reader.position());
  };
  size_t index = 0;
  Side side = Side::kTrain;
  for (std::string text; reader.next(text, side); ++index) {
    if (index == survey.is_copy.size()) break; // one more than there was
    if (survey.is_copy[index]) {
      ++report.of(side).duplicates;
      continue;
    }
    ++report.of(side).sources[reader.source()].documents;
    if (text.size() >= kBatchBytes && !batch.texts.empty()) write();
    batch.bytes += text.size();
    batch.texts.push_back(std::move(text));
    batch.sides.push_back(side);
    if (batch.full()) write();
  }
  require(
      reader.fingerprint() == survey.fingerprint,
      "prepare",
      "the inputs changed while they were read; run again when nothing writes "
      "to them");
  write();
  if (writing.valid()) writing.get();
  progress.finish();
}

/// Each side has all inputs that it may have documents of.
void name_sources(
    const std::vector<fs::path>& inputs,
    const PrepareOptions& options,
    PrepareReport& report) {
  for (const Side side : {Side::kTrain, Side::kVal, Side::kTest}) {
    const bool named = side == Side::kVal && !options.val_inputs.empty();
    for (const fs::path& input : named ? options.val_inputs : inputs) {
      report.of(side).sources.push_back({input.string()});
    }
  }
}

/// What prepare.json says beside the report.
Json origin(
    const std::vector<fs::path>& inputs,
    const Tokenizer& tokenizer,
    const PrepareOptions& options) {
  return {
      {"inputs", inputs},
      {"val_inputs", options.val_inputs},
      {"val_fraction", options.val_fraction},
      {"test_fraction", options.test_share()},
      {"split_seed", options.split_seed},
      {"text_documents", options.documents.text_documents},
      {"text_key", options.documents.text_key},
      {"text_column", options.documents.text_column},
      {"invalid_utf8", options.documents.invalid_utf8},
      {"max_document_bytes", options.documents.max_document_bytes},
      {"tokenizer",
       {{"kind", tokenizer.kind()},
        {"vocab_size", tokenizer.vocab_size()},
        {"hash", tokenizer.hash()}}}};
}

} // namespace

PrepareReport prepare(
    const std::vector<fs::path>& inputs,
    const Tokenizer& tokenizer,
    const fs::path& output,
    const PrepareOptions& options) {
  const Stopwatch clock;
  check_options(tokenizer, options);
  AtomicDirectory folder(output);
  OverlapMeter overlap;
  const Survey found = survey(inputs, options, overlap);

  PrepareReport report;
  name_sources(inputs, options, report);
  SidedDocuments documents(inputs, options);
  Writer writer(folder.path(), tokenizer, options, overlap);
  write_tokens(documents, found, writer, report);
  writer.finish(report);
  report.read = documents.counts();
  check_sides(
      report.train.documents,
      report.val.documents,
      report.test.documents,
      report.train.duplicates,
      report.read,
      options);
  report.overlap = overlap.report();
  report.seconds = clock.seconds();

  tokenizer.save(folder.path());
  Json record = report.to_json();
  record.update(origin(inputs, tokenizer, options));
  write_json(folder.path() / "prepare.json", record);
  check_interrupted();
  folder.commit();
  return report;
}

} // namespace nanobrain
