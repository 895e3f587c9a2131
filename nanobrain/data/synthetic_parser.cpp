// Reads a text's one derivation back. Shares the grammar's weights with the
// generator, but neither its tables nor its bookkeeping.
#include <algorithm>
#include <charconv>
#include <cmath>

#include "nanobrain/base/error.h"
#include "nanobrain/data/grammar.h"
#include "nanobrain/data/synthetic.h"
#include "nanobrain/data/synthetic_state.h"
#include "nanobrain/data/synthetic_writer.h"

namespace nanobrain {

namespace {

using Kind = Symbol::Kind;

bool is_word_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= '0' && c <= '9');
}

[[noreturn]] void leave(size_t byte, std::string_view word, const char* why) {
  fail(
      "synthetic",
      "byte {}: {} {}; the text is not one of the grammar's",
      byte,
      word.empty() ? "the end" : fmt::format("\"{}\"", word),
      why);
}

struct Word {
  size_t begin = 0;
  std::string_view text;
  Terminal terminal = -1;
  int value = -1; // word of its class, or number
};

// Cuts a text into words that the grammar knows. Spaces and capitals are looked
// over here; the parser compares them in the end.
class WordReader {
 public:
  WordReader(const Grammar& grammar, std::string_view text)
      : grammar_(grammar), text_(text) {}

  Word next() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
    const size_t begin = at_;
    while (at_ < text_.size() && is_word_byte(text_[at_])) ++at_;
    if (at_ == begin && at_ < text_.size()) ++at_; // a mark or a new line
    const std::string_view text = text_.substr(begin, at_ - begin);
    Word word = find(text);
    if (word.terminal < 0 && starts_sentence_ && !text.empty()) {
      std::string lower(text);
      if (lower[0] >= 'A' && lower[0] <= 'Z') lower[0] += 'a' - 'A';
      word = find(lower);
    }
    word.begin = begin;
    word.text = text;
    if (word.terminal < 0) leave(begin, text, "is no word of its lexicon");
    starts_sentence_ = text == "." || text == "\n";
    return word;
  }

 private:
  Word find(std::string_view text) const {
    Word word;
    if (text.empty()) {
      word.terminal = grammar_.end_terminal();
    } else if (text[0] >= '0' && text[0] <= '9') {
      const auto [end, error] =
          std::from_chars(text.data(), text.data() + text.size(), word.value);
      if (error == std::errc{} && end == text.data() + text.size()) {
        word.terminal = grammar_.number_terminal();
      }
    } else if (const auto* entry = grammar_.lexicon().find(text)) {
      word.terminal = grammar_.terminal_of(entry->word_class, entry->form);
      word.value = entry->word;
    } else {
      word.terminal = grammar_.find_literal(text == "an" ? "a" : text);
    }
    return word;
  }

  const Grammar& grammar_;
  std::string_view text_;
  size_t at_ = 0;
  bool starts_sentence_ = true;
};

class Parser {
 public:
  Parser(const Grammar& grammar, std::string_view text)
      : grammar_(grammar),
        text_(text),
        reader_(grammar, text),
        state_(grammar.lexicon()) {}

  double run() {
    next_ = reader_.next();
    pending_.push_back(&start_);
    while (!pending_.empty()) {
      const Symbol& symbol = *pending_.back();
      pending_.pop_back();
      read(symbol);
    }
    if (!next_.text.empty()) leave_here("comes after its end");
    compare();
    return bits_;
  }

 private:
  [[noreturn]] void leave_here(const char* why) const {
    leave(next_.begin, next_.text, why);
  }

  void read(const Symbol& symbol) {
    switch (symbol.kind) {
      case Kind::kRule:
        return expand(symbol.rule);
      case Kind::kLiteral:
        if (next_.terminal != symbol.literal) leave_here("cannot stand here");
        return advance(grammar_.literal(symbol.literal));
      case Kind::kDraw:
        return read_word(symbol);
      case Kind::kRecall: {
        const std::string& word = state_.recalled(symbol, grammar_.lexicon());
        if (next_.text != word && capital(word) != next_.text) {
          leave_here("is not the word introduced before");
        }
        return advance(word);
      }
      case Kind::kRange:
      case Kind::kBelow: {
        const auto [low, high] = state_.range(symbol);
        if (next_.terminal != grammar_.number_terminal() || next_.value < low ||
            next_.value > high) {
          leave_here("is not a number that can stand here");
        }
        bits_ += std::log2(high - low + 1.0);
        return read_number(symbol);
      }
      case Kind::kSame:
      case Kind::kSum:
      case Kind::kDifference:
      case Kind::kProduct:
        if (next_.terminal != grammar_.number_terminal() ||
            next_.value != state_.computed(symbol)) {
          leave_here("is not the number that follows from those before");
        }
        return read_number(symbol);
      default:
        return state_.act(symbol);
    }
  }

  void expand(int rule) {
    const int chosen = grammar_.predict(rule, state_.key, next_.terminal);
    if (chosen < 0) leave_here("cannot stand here");
    const auto& alternatives = grammar_.rules()[rule].alternatives;
    double total = 0;
    for (const Alternative& alternative : alternatives) {
      if (alternative.applies(state_.key)) total += alternative.weight;
    }
    bits_ += std::log2(total / alternatives[chosen].weight);
    const auto& symbols = alternatives[chosen].symbols;
    for (size_t s = symbols.size(); s > 0; --s) {
      pending_.push_back(&symbols[s - 1]);
    }
  }

  void read_word(const Symbol& symbol) {
    const Lexicon& lexicon = grammar_.lexicon();
    if (next_.terminal !=
        grammar_.terminal_of(symbol.word_class, symbol.form)) {
      leave_here("cannot stand here");
    }
    const int topic =
        symbol.decides_topic ? lexicon.deciding_topic() : state_.topic;
    const auto weight = [&](int word) -> double {
      return lexicon.weight(symbol.word_class, word, topic);
    };
    double total = lexicon.total_weight(symbol.word_class, topic);
    if (symbol.fresh) {
      for (const auto& [word_class, word] : state_.listed) {
        if (word_class != symbol.word_class) continue;
        if (word == next_.value) leave_here("stands in the list already");
        total -= weight(word);
      }
    }
    if (weight(next_.value) == 0) leave_here("is of no topic");
    bits_ += std::log2(total / weight(next_.value));
    state_.keep_word(symbol, next_.value, lexicon);
    advance(lexicon.classes()[symbol.word_class]
                .words[next_.value]
                .forms[symbol.form]);
  }

  void read_number(const Symbol& symbol) {
    state_.keep_number(symbol, next_.value);
    writer_.add_number(next_.value);
    next_ = reader_.next();
  }

  void advance(std::string_view word) {
    writer_.add(word);
    if (!next_.text.empty()) next_ = reader_.next();
  }

  static std::string capital(std::string word) {
    if (word[0] >= 'a' && word[0] <= 'z') word[0] += 'A' - 'a';
    return word;
  }

  // Words alone do not say where spaces and capitals go: writing them does.
  void compare() const {
    const std::string& written = writer_.text();
    if (written == text_) return;
    const auto [ours, theirs] = std::mismatch(
        written.begin(), written.end(), text_.begin(), text_.end());
    const size_t byte = theirs - text_.begin();
    leave(byte, text_.substr(byte, 1), "is not how it is written here");
  }

  const Grammar& grammar_;
  std::string_view text_;
  WordReader reader_;
  SyntheticState state_;
  SyntheticWriter writer_;
  Symbol start_{.kind = Kind::kRule, .rule = 0};
  std::vector<const Symbol*> pending_; // the next symbol is the last
  Word next_;
  double bits_ = 0.0;
};

} // namespace

double synthetic_bits(const Grammar& grammar, std::string_view text) {
  return Parser(grammar, text).run();
}

double synthetic_bits(std::string_view text) {
  return synthetic_bits(english_grammar(), text);
}

} // namespace nanobrain
