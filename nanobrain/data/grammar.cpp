#include "nanobrain/data/grammar.h"

#include <algorithm>

#include "nanobrain/base/error.h"

namespace nanobrain {

namespace {

using Kind = Symbol::Kind;

// FIRST and FOLLOW sets (Aho, Lam, Sethi, Ullman 2006, section 4.4). FIRST is
// kept apart by key, for conditions decide which alternatives apply; FOLLOW is
// the union over all keys, which can only make the check stricter.
class Analysis {
 public:
  Analysis(const Grammar& grammar, const GrammarText& text)
      : grammar_(grammar),
        text_(text),
        first_(text.rules.size() * kNumKeys),
        nullable_(text.rules.size() * kNumKeys),
        follow_(text.rules.size()) {
    follow_[0].set(grammar.end_terminal());
    while (grow_first()) {
    }
    while (grow_follow()) {
    }
  }

  struct Start {
    TerminalSet terminals;
    bool nullable = false;

    void add(const Start& other) {
      terminals |= other.terminals;
      nullable |= other.nullable;
    }
  };

  // What the symbols from `i` on start with under `key`.
  Start start_of(const std::vector<Symbol>& symbols, size_t i, int key) const {
    Start start;
    for (; i < symbols.size(); ++i) {
      const Symbol& symbol = symbols[i];
      switch (symbol.kind) {
        case Kind::kSetKey:
          key = (key & symbol.keep) | symbol.set;
          break;
        case Kind::kLikeNumber:
          start.add(start_of(symbols, i + 1, key & ~kPlural));
          start.add(start_of(symbols, i + 1, key | kPlural));
          return start;
        case Kind::kNewList:
          break;
        case Kind::kRule: {
          const size_t at = symbol.rule * kNumKeys + key;
          start.terminals |= first_[at];
          if (!nullable_[at]) return start;
          break;
        }
        default:
          start.terminals |= terminals_of(symbol);
          return start;
      }
    }
    start.nullable = true;
    return start;
  }

  const TerminalSet& follow(int rule) const { return follow_[rule]; }

 private:
  TerminalSet terminals_of(const Symbol& symbol) const {
    TerminalSet set;
    if (symbol.kind == Kind::kLiteral) {
      set.set(symbol.literal);
    } else if (symbol.kind == Kind::kDraw) {
      set.set(grammar_.terminal_of(symbol.word_class, symbol.form));
    } else if (
        symbol.kind == Kind::kRecall &&
        text_.register_class[symbol.register_a] >= 0) {
      const int word_class = text_.register_class[symbol.register_a];
      const auto& forms = grammar_.lexicon().classes()[word_class].forms;
      for (int form = 0; form < std::ssize(forms); ++form) {
        if (symbol.form < 0 || symbol.form == form) {
          set.set(grammar_.terminal_of(word_class, form));
        }
      }
    } else {
      set.set(grammar_.number_terminal());
    }
    return set;
  }

  bool grow_first() {
    bool grew = false;
    for (size_t rule = 0; rule < text_.rules.size(); ++rule) {
      for (int key = 0; key < kNumKeys; ++key) {
        Start all;
        for (const Alternative& alternative : text_.rules[rule].alternatives) {
          if (alternative.applies(key)) {
            all.add(start_of(alternative.symbols, 0, key));
          }
        }
        const size_t at = rule * kNumKeys + key;
        grew |= first_[at] != all.terminals || nullable_[at] != all.nullable;
        first_[at] = all.terminals;
        nullable_[at] = all.nullable;
      }
    }
    return grew;
  }

  bool grow_follow() {
    bool grew = false;
    for (size_t rule = 0; rule < text_.rules.size(); ++rule) {
      for (const Alternative& alternative : text_.rules[rule].alternatives) {
        for (size_t i = 0; i < alternative.symbols.size(); ++i) {
          if (alternative.symbols[i].kind != Kind::kRule) continue;
          Start rest;
          for (int key = 0; key < kNumKeys; ++key) {
            rest.add(start_of(alternative.symbols, i + 1, key));
          }
          if (rest.nullable) rest.terminals |= follow_[rule];
          TerminalSet& follow = follow_[alternative.symbols[i].rule];
          grew |= (rest.terminals & ~follow).any();
          follow |= rest.terminals;
        }
      }
    }
    return grew;
  }

  const Grammar& grammar_;
  const GrammarText& text_;
  std::vector<TerminalSet> first_;  // [rule][key]
  std::vector<bool> nullable_;      // [rule][key]
  std::vector<TerminalSet> follow_; // [rule]
};

// A condition set on the way through an alternative that consumes no text would
// hold for what follows it, which FOLLOW does not see.
bool sets_condition(const Alternative& alternative) {
  return std::any_of(
      alternative.symbols.begin(),
      alternative.symbols.end(),
      [](const Symbol& symbol) {
        return symbol.kind == Kind::kSetKey || symbol.kind == Kind::kLikeNumber;
      });
}

} // namespace

Grammar::Grammar(std::string_view rules, Lexicon lexicon)
    : lexicon_(std::move(lexicon)), text_(read_grammar(rules, lexicon_)) {
  number_terminals();
  build_predictions();
  build_tables();
}

int Grammar::find_literal(std::string_view word) const {
  const auto found = literal_index_.find(std::string(word));
  return found == literal_index_.end() ? -1 : found->second;
}

void Grammar::number_terminals() {
  for (const std::string& literal : text_.literals) {
    literal_index_.emplace(literal, num_terminals_++);
  }
  for (const WordClass& word_class : lexicon_.classes()) {
    first_form_.push_back(num_terminals_);
    num_terminals_ += static_cast<int>(word_class.forms.size());
  }
  number_ = num_terminals_++;
  require(
      num_terminals_ <= kMaxTerminals,
      "grammar",
      "{} terminals are more than {}",
      num_terminals_,
      kMaxTerminals);
}

std::string Grammar::describe(Terminal terminal) const {
  if (terminal == number_) return "a number";
  if (terminal < std::ssize(text_.literals)) {
    const std::string& word = text_.literals[terminal];
    if (word.empty()) return "the end";
    return word == "\n" ? "a new line" : "\"" + word + "\"";
  }
  const auto next =
      std::upper_bound(first_form_.begin(), first_form_.end(), terminal);
  const auto word_class = next - first_form_.begin() - 1;
  const WordClass& words = lexicon_.classes()[word_class];
  return "{" + words.name + "." +
         words.forms[terminal - first_form_[word_class]] + "}";
}

void Grammar::build_predictions() {
  const Analysis analysis(*this, text_);
  predictions_.assign(text_.rules.size() * kNumKeys * num_terminals_, -1);
  for (size_t r = 0; r < text_.rules.size(); ++r) {
    const Rule& rule = text_.rules[r];
    for (int key = 0; key < kNumKeys; ++key) {
      int8_t* row = &predictions_[(r * kNumKeys + key) * num_terminals_];
      for (size_t i = 0; i < rule.alternatives.size(); ++i) {
        const Alternative& alternative = rule.alternatives[i];
        if (!alternative.applies(key)) continue;
        auto start = analysis.start_of(alternative.symbols, 0, key);
        if (start.nullable) {
          require(
              !sets_condition(alternative),
              "grammar rule " + rule.name,
              "alternative {} can be empty and sets a condition",
              i + 1);
          start.terminals |= analysis.follow(static_cast<int>(r));
        }
        for (Terminal t = 0; t < num_terminals_; ++t) {
          if (!start.terminals[t]) continue;
          require(
              row[t] < 0,
              "grammar rule " + rule.name,
              "alternatives {} and {} can both start with {}",
              row[t] + 1,
              i + 1,
              describe(t));
          row[t] = static_cast<int8_t>(i);
        }
      }
    }
  }
}

void Grammar::build_tables() {
  for (const Rule& rule : text_.rules) {
    for (int key = 0; key < kNumKeys; ++key) {
      std::vector<uint32_t> weights;
      for (const Alternative& alternative : rule.alternatives) {
        weights.push_back(alternative.applies(key) ? alternative.weight : 0);
      }
      alternatives_.emplace_back(weights);
    }
  }
  for (size_t c = 0; c < lexicon_.classes().size(); ++c) {
    auto& tables = words_.emplace_back();
    for (int topic = 0; topic <= lexicon_.deciding_topic(); ++topic) {
      std::vector<uint32_t> weights;
      for (size_t w = 0; w < lexicon_.classes()[c].words.size(); ++w) {
        weights.push_back(
            lexicon_.weight(static_cast<int>(c), static_cast<int>(w), topic));
      }
      tables.emplace_back(weights);
    }
  }
}

const Grammar& english_grammar() {
  static const Grammar grammar(english_rules(), make_english_lexicon());
  return grammar;
}

} // namespace nanobrain
