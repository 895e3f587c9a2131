#include "nanobrain/synthetic/grammar.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <functional>
#include <sstream>
#include <utility>

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

/// -1 where there is none of that name.
template <class List, class Projection>
int index_of(const List& list, Projection projection, const std::string& name) {
  const auto found = std::ranges::find(list, name, projection);
  return found == list.end() ? -1 : static_cast<int>(found - list.begin());
}

class RuleReader {
 public:
  RuleReader(std::string_view text, const Lexicon& lexicon)
      : lexicon_(lexicon) {
    slot_class_.fill(-1);
    std::istringstream lines{std::string(text)};
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("--")) continue;
      std::istringstream words(line);
      for (std::string word; words >> word;) tokens_.push_back(word);
    }
  }

  std::vector<Rule> read() {
    for (size_t i = 0; i < tokens_.size(); ++i) {
      if (!starts_rule(i)) continue;
      require(
          index_of(rules_, &Rule::name, tokens_[i]) < 0,
          "grammar",
          "rule {} is given twice",
          tokens_[i]);
      rules_.push_back({tokens_[i], {}});
    }
    for (size_t i = 0; i < tokens_.size();) i = read_rule(i);
    return std::move(rules_);
  }

 private:
  template <class... Args>
  [[noreturn]] void fault(
      fmt::format_string<Args...> format, Args&&... args) const {
    fail("grammar rule " + rule_->name, format, std::forward<Args>(args)...);
  }

  bool starts_rule(size_t i) const {
    return i + 1 < tokens_.size() && tokens_[i + 1] == "=";
  }

  // Reads the rule at `i` and returns where the next one starts.
  size_t read_rule(size_t i) {
    require(starts_rule(i), "grammar", "expected \"name =\" at {}", tokens_[i]);
    rule_ = &rules_[index_of(rules_, &Rule::name, tokens_[i])];
    Alternative alternative;
    bool begins = true;
    const auto add = [&] {
      if (alternative.symbols.empty()) fault("an alternative is empty");
      rule_->alternatives.push_back(std::exchange(alternative, {}));
      begins = true;
    };
    for (i += 2; i < tokens_.size() && !starts_rule(i); ++i) {
      const std::string& token = tokens_[i];
      if (token == "|") {
        add();
      } else if (begins && token[0] >= '0' && token[0] <= '9') {
        alternative.weight = read_weight(token);
        begins = false;
      } else {
        alternative.symbols.push_back(read_symbol(token));
        begins = false;
      }
    }
    add();
    return i;
  }

  uint32_t read_weight(std::string_view token) const {
    uint32_t weight = 0;
    const auto [end, error] =
        std::from_chars(token.data(), token.data() + token.size(), weight);
    if (error != std::errc{} || end != token.data() + token.size() ||
        weight == 0 || weight > 1000) {
      fault("the weight {} is not from 1 to 1000", token);
    }
    return weight;
  }

  Symbol read_symbol(const std::string& token) {
    if (token.starts_with('$')) {
      const int rule = index_of(rules_, &Rule::name, token.substr(1));
      if (rule < 0) fault("there is no rule {}", token);
      return {.kind = Kind::kRule, .rule = rule};
    }
    if (token.starts_with('{')) {
      if (!token.ends_with('}')) fault("{} lacks its }}", token);
      return read_word(token.substr(1, token.size() - 2));
    }
    const bool is_word =
        std::ranges::all_of(token, [](char c) { return c >= 'a' && c <= 'z'; });
    if (token == "NL") return {.literal = "\n"};
    if (token == "END") return {.literal = ""};
    if (!is_word && token != "," && token != ".") {
      fault("{} cannot be a literal", token);
    }
    return {.literal = token};
  }

  // class.form>SLOT or SLOT.form; a class of one form needs no name for it.
  Symbol read_word(std::string name) {
    Symbol symbol{.kind = Kind::kDraw};
    if (const size_t arrow = name.find('>'); arrow != std::string::npos) {
      symbol.slot = slot_of(name.substr(arrow + 1));
      name.resize(arrow);
    }
    const size_t dot = std::min(name.find('.'), name.size());
    const std::string form = name.substr(std::min(dot + 1, name.size()));
    name.resize(dot);
    if (name.size() == 1) {
      symbol.kind = Kind::kRecall;
      symbol.slot = slot_of(name);
      symbol.word_class = slot_class_[symbol.slot];
      if (symbol.word_class < 0) fault("nothing fills slot {} before", name);
    } else {
      symbol.word_class = index_of(lexicon_, &WordClass::name, name);
      if (symbol.word_class < 0) fault("there is no word class {}", name);
      if (symbol.slot >= 0) keep(symbol);
    }
    const WordClass& words = lexicon_[symbol.word_class];
    symbol.form = index_of(words.forms, std::identity(), form);
    if (symbol.form < 0) fault("{} has no form \"{}\"", words.name, form);
    return symbol;
  }

  int slot_of(std::string_view name) const {
    if (name.size() != 1 || name[0] < 'A' || name[0] > 'Z') {
      fault("\"{}\" is not a slot A to Z", name);
    }
    return name[0] - 'A';
  }

  void keep(const Symbol& symbol) {
    int& known = slot_class_[symbol.slot];
    if (known >= 0 && known != symbol.word_class) {
      fault(
          "slot {} holds another class elsewhere",
          static_cast<char>('A' + symbol.slot));
    }
    known = symbol.word_class;
  }

  const Lexicon& lexicon_;
  std::vector<std::string> tokens_;
  std::vector<Rule> rules_;
  Rule* rule_ = nullptr;
  std::array<int, kNumSlots> slot_class_;
};

} // namespace

Grammar::Grammar(std::string_view rules, Lexicon lexicon)
    : lexicon_(std::move(lexicon)),
      rules_(RuleReader(rules, lexicon_).read()),
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
