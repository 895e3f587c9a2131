#include "nanobrain/tokenizer_training/tokenizer_trainer.h"

#include <algorithm>
#include <iterator>

#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"
#include "nanobrain/base/interrupt.h"
#include "nanobrain/tokenizer_training/trainers.h"

namespace nanobrain {

namespace {

constexpr std::string_view kTrain = "tokenizer train";

struct Kind {
  std::string_view name;
  const char* extension; // of its file
  int64_t fixed_pieces;
  int64_t sample_bytes; // unless told
  Trained (*train)(const Sample&, int64_t vocab_size, Progress&);
};
constexpr Kind kKinds[] = {
    {"sentencepiece",
     ".model",
     kSentencePieceFixedPieces,
     32'000'000,
     train_sentencepiece},
    {"lexical", ".json", kLexicalFixedPieces, 100'000'000, train_lexical}};

const Kind& kind_of(const TokenizerTraining& training) {
  const auto kind = std::ranges::find(kKinds, training.kind, &Kind::name);
  require<UsageError>(
      kind != std::end(kKinds),
      kTrain,
      "the kind must be sentencepiece or lexical, but is \"{}\"",
      training.kind);
  return *kind;
}

Sample read_sample(
    const NextDocument& next,
    int64_t max_bytes,
    uint64_t seed,
    Progress& progress) {
  require<UsageError>(
      max_bytes > 0, kTrain, "the sample must have a byte or more");
  int64_t documents = 0;
  const auto next_counted = [&](std::string& text) {
    check_interrupted();
    progress.update(documents);
    return next(text) && ++documents > 0;
  };
  Sample sample = sample_documents(next_counted, max_bytes, seed);
  progress.finish();
  return sample;
}

} // namespace

void require_enough(std::string_view what, int64_t most, int64_t vocab_size) {
  require(
      most >= vocab_size,
      kTrain,
      "the sample's {} are enough for {} pieces, not for {}; ask for at most "
      "{} or give more text",
      what,
      format_count(most),
      format_count(vocab_size),
      most);
}

Trained train_tokenizer(
    const NextDocument& next, const TokenizerTraining& training) {
  const Kind& kind = kind_of(training);
  require<UsageError>(
      training.vocab_size > kind.fixed_pieces,
      kTrain,
      "a vocabulary of {} is too small; {} pieces are always there",
      training.vocab_size,
      kind.fixed_pieces);
  Progress progress("documents read", 0);
  const Sample sample = read_sample(
      next,
      training.sample_bytes.value_or(kind.sample_bytes),
      training.seed,
      progress);
  Trained trained = kind.train(sample, training.vocab_size, progress);
  for (const auto& text : sample) {
    trained.sample_bytes += std::ssize(text);
    trained.sample_tokens += std::ssize(trained.tokenizer->encode(text));
  }
  return trained;
}

Trained train_tokenizer(
    const NextDocument& next,
    const TokenizerTraining& training,
    const std::filesystem::path& output,
    bool replace) {
  const bool one_file = output.extension() == kind_of(training).extension;
  if (one_file && !replace) require_new_file(output, "tokenizer");
  std::optional<AtomicDirectory> folder;
  if (!one_file) folder.emplace(output);
  Trained trained = train_tokenizer(next, training);
  if (one_file) {
    write_file(output, trained.file);
  } else {
    trained.tokenizer->save(folder->path());
    folder->commit();
  }
  return trained;
}

} // namespace nanobrain
