#include "nanobrain/synthetic/grammar.h"

#include <algorithm>

#include "nanobrain/base/error.h"

namespace nanobrain {

namespace {

using Kind = Symbol::Kind;

std::string fold_case(std::string word) {
  if (word[0] >= 'A' && word[0] <= 'Z') word[0] += 'a' - 'A';
  return word;
}

int find_folded(
    const std::map<std::string, int>& words, const std::string& word) {
  const auto found = words.find(fold_case(word));
  return found == words.end() ? -1 : found->second;
}

} // namespace

Grammar::Grammar(std::string_view rules, Lexicon lexicon)
    : lexicon_(std::move(lexicon)),
      rules_(read_rules(rules, lexicon_)),
      predictions_(rules_.size()) {
  int num_topics = 0;
  for (const WordClass& word_class : lexicon_) {
    for (const Lexeme& word : word_class.words) {
      num_topics = std::max(num_topics, word.topic + 1);
    }
  }
  for (const WordClass& word_class : lexicon_) {
    auto& by_topic = words_.emplace_back(num_topics + 1);
    for (int topic = -1; topic < num_topics; ++topic) {
      for (const Lexeme& word : word_class.words) {
        by_topic[topic + 1].add(weight_under(word, topic));
      }
    }
  }
  for (const Rule& rule : rules_) {
    Weights& weights = alternatives_.emplace_back();
    for (const Alternative& each : rule.alternatives) weights.add(each.weight);
    index_words(rule);
  }
  std::vector<Progress> progress(rules_.size());
  for (size_t i = 0; i < rules_.size(); ++i) {
    predict_rule(static_cast<int>(i), progress);
  }
}

int Grammar::predict(int rule, const std::string& word) const {
  return find_folded(predictions_[rule], word);
}

int Grammar::find_word(
    int word_class, int form, const std::string& word) const {
  return find_folded(drawn_.at({word_class, form}), word);
}

void Grammar::index_words(const Rule& rule) {
  for (const Alternative& alternative : rule.alternatives) {
    for (const Symbol& symbol : alternative.symbols) {
      if (symbol.kind != Kind::kDraw) continue;
      const auto [entry, is_new] =
          drawn_.try_emplace({symbol.word_class, symbol.form});
      if (!is_new) continue;
      const WordClass& word_class = lexicon_[symbol.word_class];
      for (size_t i = 0; i < word_class.words.size(); ++i) {
        const std::string& form = word_class.words[i].forms[symbol.form];
        require(
            entry->second.emplace(fold_case(form), static_cast<int>(i)).second,
            "grammar rule " + rule.name,
            "two words of class {} are \"{}\"; the text of a drawn word must "
            "say which it is",
            word_class.name,
            form);
      }
    }
  }
}

void Grammar::predict_rule(int index, std::vector<Progress>& progress) {
  const Rule& rule = rules_[index];
  const std::string where = "grammar rule " + rule.name;
  require(progress[index] != Progress::kOpen, where, "can start with itself");
  if (progress[index] == Progress::kDone) return;
  progress[index] = Progress::kOpen;
  auto& prediction = predictions_[index];
  for (int i = 0; i < std::ssize(rule.alternatives); ++i) {
    const auto start_with = [&](const std::string& word) {
      const auto entry = prediction.emplace(fold_case(word), i).first;
      require(
          entry->second == i,
          where,
          "alternatives {} and {} can both start with {}",
          entry->second + 1,
          i + 1,
          word.empty() ? "the end" : "\"" + word + "\"");
    };
    const Symbol& first = rule.alternatives[i].symbols.front();
    if (first.kind == Kind::kLiteral) {
      start_with(first.literal);
    } else if (first.kind == Kind::kRule) {
      predict_rule(first.rule, progress);
      for (const auto& entry : predictions_[first.rule]) {
        start_with(entry.first);
      }
    } else {
      for (const Lexeme& word : lexicon_[first.word_class].words) {
        start_with(word.forms[first.form]);
      }
    }
  }
  progress[index] = Progress::kDone;
}

} // namespace nanobrain
