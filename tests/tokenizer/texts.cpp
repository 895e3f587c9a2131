#include "tests/tokenizer/texts.h"

#include <sentencepiece_trainer.h>

#include <algorithm>
#include <sstream>
#include <stdexcept>
#include <unordered_map>

#include "nanobrain/base/utf8.h"
#include "tests/support/support.h"

namespace nanobrain::testing {

namespace {

template <class List>
const auto& one_of(const List& list, Random& random) {
  return list[random.below(std::size(list))];
}

/// Frequent ones first, as in language: squaring favours small numbers.
size_t frequent_index(size_t size, Random& random) {
  const double u = random.uniform();
  return static_cast<size_t>(u * u * u * static_cast<double>(size));
}

std::vector<std::string> invented_words(Random& random) {
  const auto latin =
      split_at_bars("a|be|con|da|er|fi|ing|lo|na|ow|pre|ra|s|ti|u|ver|é|ßü");
  const auto greek = split_at_bars("λό|γος|κα|ι|τε");
  const auto han = split_at_bars("学|校|中|文|的");
  std::vector<std::string> words;
  for (int i = 0; i < 700; ++i) {
    const auto& parts = i % 20 == 7 ? greek : i % 20 == 13 ? han : latin;
    std::string word;
    for (uint64_t n = 1 + random.below(5); n > 0; --n) {
      word += one_of(parts, random);
    }
    words.push_back(word);
  }
  return words;
}

} // namespace

std::vector<std::string> split_at_bars(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> parts;
  for (std::string part; std::getline(stream, part, '|');) {
    parts.push_back(part);
  }
  return parts;
}

std::vector<std::string> invented_documents(int64_t count, uint64_t seed) {
  Random word_random(1);
  const auto words = invented_words(word_random);
  const auto ends = split_at_bars(". |. |. |, |\n|  |.\n|-| (1987) |\t|... ");
  Random random(seed);
  std::vector<std::string> documents;
  for (int64_t i = 0; i < count; ++i) {
    std::string text;
    while (text.size() < 500) {
      for (uint64_t n = 2 + random.below(9); n > 0; --n) {
        text += words[frequent_index(words.size(), random)];
        if (n > 1) text += ' ';
      }
      text += one_of(ends, random);
    }
    documents.push_back(text);
  }
  return documents;
}

std::vector<std::string> hard_texts() {
  using namespace std::string_literals;
  return {
      "",
      " ",
      "\n",
      "\n\n\n",
      "\0"s,
      "a\0b\0\0c"s,
      "line\r\nline\r",
      "tab\there",
      " leading and trailing ",
      std::string(5000, ' '),
      "a" + std::string(300, ' ') + "b",
      "\u2581",
      " \u2581 \u2581\u2581word",
      "\u2585\u2585",
      "\u2047 \u2047",
      "\ufffd",
      "\ufeffword",
      "\ue000\uf8ff\U000f0000\U0010ffff",
      "\ufffe\uffff\ufdd0",
      "e\u0301 \u0301 \u0301\u0301",
      "<|endoftext|>",
      "a<|endoftext|>b <|endoftext|> ",
      "<unk> <s> </s> <pad>",
      "<0x41><0x0A> <0xE2><0x96><0x81>",
      "\U0001f468\u200d\U0001f469\u200d\U0001f467",
      std::string(1000, 'a'),
      std::string(999, '-') + "." + std::string(1000, '.'),
  };
}

std::string every_code_point() {
  std::string text;
  for (char32_t c = 0; c < 0x110000; ++c) {
    if (c < 0xd800 || c >= 0xe000) append_utf8(c, text);
  }
  return text;
}

std::string random_of(std::string_view letters, size_t count, Random& random) {
  std::string text;
  while (text.size() < count) text += one_of(letters, random);
  return text;
}

std::string random_text(Random& random) {
  static const auto hard = hard_texts();
  static const auto known = invented_documents(20, 2);
  std::string text;
  for (uint64_t parts = random.below(30); parts > 0; --parts) {
    switch (random.below(8)) {
      case 0:
        text += one_of(hard, random);
        break;
      case 1: // one of all code points but the surrogates
        if (auto c = random.below(0x110000 - 0x800)) {
          append_utf8(static_cast<char32_t>(c < 0xd800 ? c : c + 0x800), text);
        }
        break;
      case 2: // a control character or ASCII
        append_utf8(static_cast<char32_t>(random.below(128)), text);
        break;
      case 3: // up to U+07FF: Latin, Greek, combining marks, Arabic
        append_utf8(static_cast<char32_t>(random.below(0x800)), text);
        break;
      case 4: { // a repetition
        const auto unit = random_of("abeingr.- ", 1 + random.below(3), random);
        for (uint64_t n = random.below(20); n > 0; --n) text += unit;
        break;
      }
      default: { // what training may have seen, cut between ASCII characters
        const auto& document = one_of(known, random);
        size_t begin = random.below(document.size());
        size_t end = begin + random.below(document.size() - begin);
        while (begin < end && (document[begin] & 0x80)) ++begin;
        while (end > begin && (document[end] & 0x80)) --end;
        text += document.substr(begin, end - begin);
      }
    }
  }
  return text;
}

NextDocument reader_of(const std::vector<std::string>& documents) {
  return [&documents, i = size_t{0}](std::string& text) mutable {
    if (i == documents.size()) return false;
    text = documents[i++];
    return true;
  };
}

std::shared_ptr<const SentencePieceTokenizer> small_tokenizer() {
  static const auto tokenizer =
      trained_on(invented_documents(600), {.vocab_size = 1200});
  return tokenizer;
}

std::string model_with(const std::string& setting, const std::string& value) {
  std::unordered_map<std::string, std::string> settings = {
      {"model_type", "bpe"},
      {"vocab_size", "400"},
      {"hard_vocab_limit", "false"},
      {"byte_fallback", "true"},
      {"normalization_rule_name", "identity"},
      {"add_dummy_prefix", "false"},
      {"remove_extra_whitespaces", "false"},
      {"eos_id", "1"},
      {"bos_id", "-1"},
      {"minloglevel", "2"}};
  settings[setting] = value;
  std::string lines;
  for (const auto& text : invented_documents(100)) lines += text + "\n";
  std::ranges::replace(lines, '\t', '\n');
  const TempDir dir;
  write_text(dir / "lines.txt", lines);
  settings["input"] = dir / "lines.txt";
  std::string model;
  const auto status =
      sentencepiece::SentencePieceTrainer::Train(settings, nullptr, &model);
  if (!status.ok()) throw std::runtime_error(status.ToString());
  return model;
}

} // namespace nanobrain::testing
