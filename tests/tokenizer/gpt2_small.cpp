#include "tests/tokenizer/gpt2_small.h"

#include <algorithm>
#include <map>
#include <set>

#include "nanobrain/base/json.h"
#include "nanobrain/tokenizer/gpt2_words.h"
#include "tests/support/support.h"
#include "tests/tokenizer/texts.h"

namespace nanobrain::testing {

namespace {

/// A word as the names of its pieces so far.
using Pieces = std::vector<std::string>;

std::map<Pieces, int> count_words(const std::vector<std::string>& documents) {
  std::map<Pieces, int> counts;
  for (const auto& text : documents) {
    for (size_t begin = 0; begin < text.size();) {
      const size_t end = gpt2_word_end(text, begin);
      Pieces word;
      for (; begin < end; ++begin) {
        word.push_back(gpt2_name(text.substr(begin, 1)));
      }
      ++counts[word];
    }
  }
  return counts;
}

Pieces merged(
    const Pieces& word, const std::pair<std::string, std::string>& pair) {
  Pieces result;
  for (size_t i = 0; i < word.size(); ++i) {
    if (i + 1 < word.size() && word[i] == pair.first &&
        word[i + 1] == pair.second) {
      result.push_back(word[i] + word[i + 1]);
      ++i;
    } else {
      result.push_back(word[i]);
    }
  }
  return result;
}

NamedMerges learn(std::map<Pieces, int> words, int count) {
  NamedMerges merges;
  while (count-- > 0) {
    std::map<std::pair<std::string, std::string>, int> pairs;
    for (const auto& [word, times] : words) {
      for (size_t i = 1; i < word.size(); ++i) {
        pairs[{word[i - 1], word[i]}] += times;
      }
    }
    const auto best = std::ranges::max_element(
        pairs, {}, [](const auto& entry) { return entry.second; });
    merges.push_back(best->first);
    std::map<Pieces, int> next;
    for (const auto& [word, times] : words) {
      next[merged(word, best->first)] += times;
    }
    words = std::move(next);
  }
  return merges;
}

} // namespace

void Gpt2Text::write(const std::filesystem::path& directory) const {
  std::filesystem::create_directories(directory);
  write_text(directory / "vocab.json", vocab);
  write_text(directory / "merges.txt", merges);
}

Gpt2Text gpt2_text(const NamedMerges& merges) {
  std::set<std::string> bytes;
  for (int byte = 0; byte < 256; ++byte) {
    bytes.insert(gpt2_name(std::string(1, static_cast<char>(byte))));
  }
  Json vocab = Json::object();
  Gpt2Text text;
  text.merges = "#version: 0.2\n";
  for (const auto& name : bytes) vocab[name] = vocab.size();
  for (const auto& [left, right] : merges) {
    text.merges += left + " " + right + "\n";
    if (!vocab.contains(left + right)) vocab[left + right] = vocab.size();
  }
  if (!vocab.contains(kGpt2EndOfText)) vocab[kGpt2EndOfText] = vocab.size();
  text.vocab = vocab.dump();
  return text;
}

const NamedMerges& learned_merges() {
  static const NamedMerges merges =
      learn(count_words(invented_documents(200)), 400);
  return merges;
}

std::shared_ptr<const Gpt2Tokenizer> gpt2_tokenizer(const Gpt2Text& text) {
  return std::make_shared<Gpt2Tokenizer>(
      parse_gpt2_vocabulary(text.vocab, text.merges));
}

std::shared_ptr<const Gpt2Tokenizer> small_gpt2_tokenizer() {
  static const auto tokenizer = gpt2_tokenizer(gpt2_text(learned_merges()));
  return tokenizer;
}

} // namespace nanobrain::testing
