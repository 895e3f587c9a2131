#include "nanobrain/data/grammar_text.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <optional>
#include <sstream>

#include "nanobrain/base/error.h"

namespace nanobrain {

namespace {

using Kind = Symbol::Kind;

struct Condition {
  std::string_view name;
  int mask;
  int value;
};

constexpr Condition kConditions[] = {
    {"sg", kPlural, 0},
    {"pl", kPlural, kPlural},
    {"female", kMale, 0},
    {"male", kMale, kMale},
    {"alone", kPair, 0},
    {"pair", kPair, kPair},
    {"person", kThing, 0},
    {"thing", kThing, kThing},
};

const Condition* find_condition(std::string_view name) {
  const auto* found = std::find_if(
      std::begin(kConditions), std::end(kConditions), [&](const Condition& c) {
        return c.name == name;
      });
  return found == std::end(kConditions) ? nullptr : found;
}

std::optional<int> parse_int(std::string_view text) {
  int value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) return {};
  return value;
}

bool is_register(std::string_view text) {
  return text.size() == 1 && text[0] >= 'A' && text[0] <= 'Z';
}

class Reader {
 public:
  Reader(std::string_view text, const Lexicon& lexicon) : lexicon_(lexicon) {
    result_.literals.push_back(""); // the end
    literal_index_[""] = 0;
    result_.register_class.fill(GrammarText::kUnused);
    minimum_.fill(0);
    std::istringstream lines{std::string(text)};
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with("--")) continue;
      std::istringstream words(line);
      for (std::string word; words >> word;) tokens_.push_back(word);
    }
  }

  GrammarText read() {
    for (size_t i = 0; i + 1 < tokens_.size(); ++i) {
      if (tokens_[i + 1] != "=") continue;
      const bool is_new =
          rule_index_.emplace(tokens_[i], rule_index_.size()).second;
      require(is_new, "grammar", "rule {} is given twice", tokens_[i]);
      result_.rules.push_back({tokens_[i], {}});
    }
    // Recalls refer to registers that a later rule may store.
    for (const bool stores : {true, false}) {
      stores_ = stores;
      for (size_t i = 0; i < tokens_.size();) i = read_rule(i);
    }
    return std::move(result_);
  }

 private:
  template <class... Args>
  [[noreturn]] void fault(
      fmt::format_string<Args...> format, Args&&... args) const {
    fail("grammar rule " + rule_->name, format, std::forward<Args>(args)...);
  }

  // Reads the rule at `i` and returns where the next one starts.
  size_t read_rule(size_t i) {
    const bool is_rule = i + 1 < tokens_.size() && tokens_[i + 1] == "=";
    require(is_rule, "grammar", "expected \"name =\" at {}", tokens_[i]);
    rule_ = &result_.rules[rule_index_.at(tokens_[i])];
    rule_->alternatives.clear();
    const auto ends_rule = [&](size_t at) {
      return at == tokens_.size() ||
             (at + 1 < tokens_.size() && tokens_[at + 1] == "=");
    };
    i += 2;
    while (true) {
      Alternative alternative;
      while (!ends_rule(i) && tokens_[i].starts_with('[')) {
        read_condition(tokens_[i++], alternative);
      }
      if (!ends_rule(i)) {
        if (const auto weight = parse_int(tokens_[i])) {
          if (*weight < 1 || *weight > 1000) fault("weight {}", *weight);
          alternative.weight = static_cast<uint32_t>(*weight);
          ++i;
        }
      }
      const size_t begin = i;
      for (; !ends_rule(i) && tokens_[i] != "|"; ++i) {
        if (tokens_[i] == "()") continue;
        alternative.symbols.push_back(read_symbol(tokens_[i]));
      }
      if (i == begin) fault("an empty alternative is written ()");
      rule_->alternatives.push_back(std::move(alternative));
      if (ends_rule(i)) return i;
      ++i;
    }
  }

  void read_condition(const std::string& token, Alternative& alternative) {
    const auto* condition =
        find_condition(std::string_view(token).substr(1, token.size() - 2));
    if (!condition || !token.ends_with(']')) fault("no condition {}", token);
    alternative.key_mask |= condition->mask;
    alternative.key_value |= condition->value;
  }

  Symbol read_symbol(const std::string& token) {
    if (token.starts_with('$')) {
      const auto found = rule_index_.find(token.substr(1));
      if (found == rule_index_.end()) fault("there is no rule {}", token);
      return {.kind = Kind::kRule, .rule = static_cast<int>(found->second)};
    }
    if (token.starts_with('#')) return read_action(token);
    if (token.starts_with('{')) {
      if (!token.ends_with('}')) fault("{} lacks its }}", token);
      return read_slot(token.substr(1, token.size() - 2));
    }
    return read_literal(token);
  }

  Symbol read_literal(const std::string& token) {
    const bool is_word = std::all_of(token.begin(), token.end(), [](char c) {
      return c >= 'a' && c <= 'z';
    });
    const bool is_mark = token == "," || token == "." || token == ":";
    // "an" is how "a" is written before a vowel.
    if ((!is_word && !is_mark && token != "NL") || token == "an" ||
        lexicon_.contains_in_any_case(token)) {
      fault("{} cannot be a literal", token);
    }
    const std::string text = token == "NL" ? "\n" : token;
    const auto [entry, is_new] =
        literal_index_.emplace(text, literal_index_.size());
    if (is_new) result_.literals.push_back(text);
    return {.kind = Kind::kLiteral, .literal = static_cast<int>(entry->second)};
  }

  Symbol read_action(const std::string& token) {
    const std::string name = token.substr(1);
    if (name == "list") return {.kind = Kind::kNewList};
    if (name.starts_with("like:")) {
      const int reg = register_of(name.substr(5));
      if (stores_ || result_.register_class[reg] >= 0) {
        return {.kind = Kind::kLikeNumber, .register_a = reg};
      }
    } else if (const auto* condition = find_condition(name)) {
      return {
          .kind = Kind::kSetKey,
          .keep = ~condition->mask,
          .set = condition->value};
    }
    fault("there is no action {}", token);
  }

  int register_of(std::string_view text) const {
    if (!is_register(text)) fault("\"{}\" is not a register A to Z", text);
    return text[0] - 'A';
  }

  int number_register(std::string_view text) const {
    const int reg = register_of(text);
    if (!stores_ && result_.register_class[reg] != GrammarText::kNumber) {
      fault("register {} holds no number", text);
    }
    return reg;
  }

  // `minimum`: the least number that is stored, for kBelow.
  void store(Symbol& symbol, std::string_view text, int content, int minimum) {
    symbol.store = register_of(text);
    int& known = result_.register_class[symbol.store];
    if (known != GrammarText::kUnused && known != content) {
      fault("register {} holds something else elsewhere", text);
    }
    int& least = minimum_[symbol.store];
    least = known == GrammarText::kUnused ? minimum : std::min(least, minimum);
    known = content;
  }

  Symbol read_slot(std::string slot) {
    std::string target;
    if (const size_t arrow = slot.find('>'); arrow != std::string::npos) {
      target = slot.substr(arrow + 1);
      slot.resize(arrow);
    }
    if (const size_t dots = slot.find(".."); dots != std::string::npos) {
      return read_range(slot.substr(0, dots), slot.substr(dots + 2), target);
    }
    for (const auto& [sign, kind] :
         {std::pair{'+', Kind::kSum},
          std::pair{'-', Kind::kDifference},
          std::pair{'*', Kind::kProduct}}) {
      const size_t at = slot.find(sign);
      if (at == std::string::npos || at + 1 == slot.size()) continue;
      Symbol symbol{.kind = kind};
      symbol.register_a = number_register(slot.substr(0, at));
      symbol.register_b = number_register(slot.substr(at + 1));
      if (!target.empty()) store(symbol, target, GrammarText::kNumber, 0);
      return symbol;
    }
    const bool fresh = slot.ends_with('!');
    const bool decides_topic = slot.ends_with('*');
    if (fresh || decides_topic) slot.pop_back();
    const size_t dot = slot.find('.');
    const std::string name = slot.substr(0, dot);
    const std::string form =
        dot == std::string::npos ? "" : slot.substr(dot + 1);
    if (is_register(name)) return read_recall(name, form);

    Symbol symbol{.kind = Kind::kDraw};
    symbol.word_class = lexicon_.find_class(name);
    if (symbol.word_class < 0) fault("there is no word class {}", name);
    symbol.form = lexicon_.classes()[symbol.word_class].find_form(form);
    if (symbol.form < 0) fault("{} has no form \"{}\"", name, form);
    symbol.fresh = fresh;
    symbol.decides_topic = decides_topic;
    if (!target.empty()) store(symbol, target, symbol.word_class, 0);
    return symbol;
  }

  Symbol read_recall(const std::string& name, const std::string& form) {
    Symbol symbol{.kind = Kind::kRecall, .register_a = register_of(name)};
    if (stores_) return symbol;
    const int content = result_.register_class[symbol.register_a];
    if (content == GrammarText::kUnused) fault("nothing stores into {}", name);
    if (content == GrammarText::kNumber && form.empty()) {
      symbol.kind = Kind::kSame;
    }
    if (form.empty()) return symbol;
    symbol.form = content == GrammarText::kNumber
                      ? -1
                      : lexicon_.classes()[content].find_form(form);
    if (symbol.form < 0) fault("register {} has no form {}", name, form);
    return symbol;
  }

  Symbol read_range(
      const std::string& low,
      const std::string& high,
      std::string_view target) {
    Symbol symbol{.kind = Kind::kRange};
    const auto first = parse_int(low);
    if (!first || *first < 0) fault("\"{}\" is not a number", low);
    symbol.low = *first;
    if (is_register(high)) {
      symbol.kind = Kind::kBelow;
      symbol.register_a = number_register(high);
      if (!stores_ && minimum_[symbol.register_a] <= symbol.low) {
        fault("register {} may hold {}", high, minimum_[symbol.register_a]);
      }
    } else {
      const auto last = parse_int(high);
      if (!last || *last < *first) fault("no range {}..{}", low, high);
      symbol.high = *last;
    }
    if (!target.empty()) {
      store(symbol, target, GrammarText::kNumber, symbol.low);
    }
    return symbol;
  }

  const Lexicon& lexicon_;
  std::vector<std::string> tokens_;
  GrammarText result_;
  Rule* rule_ = nullptr;
  std::map<std::string, size_t> rule_index_;
  std::map<std::string, size_t> literal_index_;
  std::array<int, kNumRegisters> minimum_;
  bool stores_ = true; // the first pass, which learns what registers hold
};

} // namespace

GrammarText read_grammar(std::string_view text, const Lexicon& lexicon) {
  return Reader(text, lexicon).read();
}

} // namespace nanobrain
