#include "nanobrain/tokenizer_training/tokenizer_trainer.h"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <utility>

#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"
#include "nanobrain/base/interrupt.h"
#include "nanobrain/base/random.h"
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

constexpr size_t kPassageBytes = 1 << 14;

/// The first passage of `text`: up to the last space or line end in its first
/// kPassageBytes, or else up to the first one after them.
std::string_view first_passage(std::string_view text) {
  if (text.size() <= kPassageBytes) return text;
  size_t end = text.find_last_of(" \n", kPassageBytes);
  if (end == std::string_view::npos || end == 0) {
    end = text.find_first_of(" \n", kPassageBytes);
  }
  return text.substr(0, end);
}

} // namespace

Sample sample_documents(
    const NextDocument& next, int64_t max_bytes, uint64_t seed) {
  using Passage = std::pair<uint64_t, std::string>; // its number, its text
  const auto by_number = [](const Passage& a, const Passage& b) {
    return a.first < b.first;
  };
  std::vector<Passage> kept; // a heap, the largest number on top
  int64_t bytes = 0;
  Random random(seed);
  std::string document;
  while (next(document)) {
    std::string_view rest = document;
    while (!rest.empty()) {
      const std::string_view passage = first_passage(rest);
      rest.remove_prefix(passage.size());
      const uint64_t number = random();
      bytes += static_cast<int64_t>(passage.size());
      if (bytes > max_bytes && (kept.empty() || number > kept[0].first)) {
        bytes -= static_cast<int64_t>(passage.size());
        continue;
      }
      kept.emplace_back(number, passage);
      std::push_heap(kept.begin(), kept.end(), by_number);
      while (bytes > max_bytes) {
        std::pop_heap(kept.begin(), kept.end(), by_number);
        bytes -= static_cast<int64_t>(kept.back().second.size());
        kept.pop_back();
      }
    }
  }
  Sample sample;
  sample.reserve(kept.size());
  for (auto& [number, text] : kept) sample.push_back(std::move(text));
  return sample;
}

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
  const int64_t max_bytes = training.sample_bytes.value_or(kind.sample_bytes);
  require<UsageError>(
      max_bytes > 0, kTrain, "the sample must have a byte or more");
  Progress progress("documents read", 0);
  int64_t documents = 0;
  const auto next_counted = [&](std::string& text) {
    check_interrupted();
    progress.update(documents);
    return next(text) && ++documents > 0;
  };
  const Sample sample =
      sample_documents(next_counted, max_bytes, training.seed);
  progress.finish();
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
