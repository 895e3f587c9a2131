#include <sentencepiece_trainer.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <string>
#include <unordered_map>
#include <utility>

#include "nanobrain/base/error.h"
#include "nanobrain/base/utf8.h"
#include "nanobrain/tokenizer/sentencepiece_tokenizer.h"
#include "nanobrain/tokenizer_training/trainers.h"

namespace nanobrain {

namespace {

constexpr std::string_view kWhere = "tokenizer train";

constexpr size_t kMaxWordBytes = 1024;

/// The bytes at `at` of a character that stays out of all words; 0 for others.
size_t separator_size(std::string_view text, size_t at) {
  switch (text[at]) {
    case '\0':
    case '\t':
    case '\n':
      return 1;
    case '\xe2': {
      const std::string_view character = text.substr(at, 3);
      return character == "\u2581" || character == "\u2585" ? 3 : 0;
    }
    default:
      return 0;
  }
}

void add(std::string_view word, WordCounts& counts) {
  while (!word.empty()) {
    size_t size = std::min(word.size(), kMaxWordBytes);
    while (size < word.size() && (word[size] & '\xc0') == '\x80') --size;
    ++counts[word.substr(0, size)];
    word.remove_prefix(size);
  }
}

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

WordCounts count_words(std::span<const std::string> texts) {
  WordCounts counts;
  for (const std::string_view text : texts) {
    size_t begin = 0;
    for (size_t at = 0; at < text.size();) {
      if (const size_t skip = separator_size(text, at); skip > 0) {
        add(text.substr(begin, at - begin), counts);
        begin = at += skip;
        continue;
      }
      if (text[at] == ' ' && at > begin) {
        add(text.substr(begin, at - begin), counts);
        begin = at;
      }
      ++at;
    }
    add(text.substr(begin), counts);
  }
  return counts;
}

Trained train_sentencepiece(
    const Sample& sample, int64_t vocab_size, Progress& progress) {
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
      format_count(vocab_size),
      format_count(std::ssize(counts)),
      format_bytes(bytes)));
  const std::string file = train(counts, vocab_size);
  const auto tokenizer =
      std::make_shared<const SentencePieceTokenizer>(file, kWhere);
  require_enough(format_bytes(bytes), tokenizer->vocab_size(), vocab_size);
  return {tokenizer, file};
}

} // namespace nanobrain
