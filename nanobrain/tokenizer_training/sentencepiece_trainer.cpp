#include "nanobrain/tokenizer_training/sentencepiece_trainer.h"

#include <sentencepiece_trainer.h>

#include <charconv>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

#include "nanobrain/base/error.h"
#include "nanobrain/base/progress.h"
#include "nanobrain/base/utf8.h"
#include "nanobrain/tokenizer_training/word_counts.h"

namespace nanobrain {

namespace {

constexpr std::string_view kWhere = "tokenizer train";
constexpr int64_t kFixedPieces = 258; // <unk>, the end of text, 256 bytes

/// Words and their counts in SentencePiece's "tsv" format: it would count the
/// words of whole lines itself, but hold two copies of all text meanwhile.
class WordIterator : public sentencepiece::SentenceIterator {
 public:
  explicit WordIterator(const WordCounts& counts)
      : next_(counts.begin()), end_(counts.end()) {
    Next();
  }
  bool done() const override { return done_; }
  void Next() override {
    done_ = next_ == end_;
    if (done_) return;
    line_.assign(next_->first);
    line_ += '\t';
    line_ += std::to_string(next_->second);
    ++next_;
  }
  const std::string& value() const override { return line_; }
  sentencepiece::util::Status status() const override { return {}; }

 private:
  WordCounts::const_iterator next_;
  WordCounts::const_iterator end_;
  std::string line_;
  bool done_ = false;
};

/// How many pieces SentencePiece says it takes: "Vocabulary size is smaller
/// than required_chars. 270 vs 310. ..."; 0 where it says something else.
int64_t pieces_needed(std::string_view message) {
  constexpr std::string_view kVersus = " vs ";
  int64_t pieces = 0;
  const size_t at = message.find(kVersus, message.find("required_chars. "));
  if (at == std::string_view::npos) return 0;
  const char* number = message.data() + at + kVersus.size();
  std::from_chars(number, message.data() + message.size(), pieces);
  return pieces;
}

std::string train(const WordCounts& counts, int64_t vocab_size) {
  const std::unordered_map<std::string, std::string> settings = {
      {"model_type", "bpe"},
      {"vocab_size", std::to_string(vocab_size)},
      // Fewer pieces than asked for are reported below, with their number.
      {"hard_vocab_limit", "false"},
      {"byte_fallback", "true"},
      // Some 350 characters of English prose; the rest are spelled in bytes.
      {"character_coverage", "0.99995"},
      {"normalization_rule_name", "identity"},
      {"add_dummy_prefix", "false"},
      {"remove_extra_whitespaces", "false"},
      {"unk_id", "0"},
      {"eos_id", "1"},
      {"eos_piece", "<|endoftext|>"},
      {"bos_id", "-1"},
      {"pad_id", "-1"},
      {"input_format", "tsv"},
      {"minloglevel", "2"}, // errors only
  };
  WordIterator words(counts);
  std::string model;
  const auto status =
      sentencepiece::SentencePieceTrainer::Train(settings, &words, &model);
  const std::string message = status.ToString();
  const int64_t needed = pieces_needed(message);
  require(
      needed == 0,
      kWhere,
      "a vocabulary of {} is too small for the sample's characters; ask for {} "
      "or more",
      vocab_size,
      needed);
  require(status.ok(), kWhere, "SentencePiece: {}", message);
  return model;
}

} // namespace

Trained<SentencePieceTokenizer> train_sentencepiece(
    const NextDocument& next, const TokenizerTraining& options) {
  require<UsageError>(
      options.vocab_size > kFixedPieces,
      kWhere,
      "a vocabulary of {} is too small; {} pieces are always there",
      options.vocab_size,
      kFixedPieces);
  Progress progress("documents read", 0);
  const auto sample = read_sample(
      next, options.sample_bytes.value_or(32'000'000), options.seed, progress);
  double bytes = 0;
  for (const auto& text : sample) {
    require(is_valid_utf8(text), kWhere, "a document is not valid UTF-8");
    bytes += static_cast<double>(text.size());
  }
  const auto counts = count_words(sample);
  require(
      !counts.empty(),
      kWhere,
      "there is no text to train on; give other inputs or a larger sample");

  progress.log(fmt::format(
      "training {} pieces on {} distinct words of {}",
      format_count(options.vocab_size),
      format_count(static_cast<int64_t>(counts.size())),
      format_bytes(bytes)));
  auto tokenizer = std::make_shared<const SentencePieceTokenizer>(
      train(counts, options.vocab_size), kWhere);
  const int64_t pieces = tokenizer->vocab_size();
  require(
      pieces == options.vocab_size,
      kWhere,
      "the sample's {} are enough for {} pieces, not for {}; ask for at most "
      "{} or give more text",
      format_bytes(bytes),
      format_count(pieces),
      format_count(options.vocab_size),
      pieces);
  return measure_trained(std::move(tokenizer), sample);
}

} // namespace nanobrain
