#include "nanobrain/synthetic/derivation.h"

#include <array>

#include "nanobrain/base/error.h"

namespace nanobrain {

namespace {

using Kind = Symbol::Kind;

/// Puts spaces and capitals where they belong.
class Spelling {
 public:
  std::string spell(std::string_view word) {
    std::string text(word);
    if (word == "," || word == "." || word == "\n" || word.empty()) {
      starts_line_ = word == "\n";
      starts_sentence_ |= word == "." || word == "\n";
      return text;
    }
    if (starts_sentence_ && text[0] >= 'a' && text[0] <= 'z') {
      text[0] += 'A' - 'a';
    }
    if (!starts_line_) text.insert(text.begin(), ' ');
    starts_line_ = starts_sentence_ = false;
    return text;
  }

 private:
  bool starts_line_ = true;
  bool starts_sentence_ = true;
};

/// Walks a derivation from the start symbol; its -log2 probability is the sum
/// over the choices taken. The chooser decides between alternatives and between
/// words, and takes the text piece by piece, spaces and capitals in place.
template <class Chooser>
double derive(const Grammar& grammar, Chooser& chooser) {
  const Symbol start{.kind = Kind::kRule};
  std::vector<const Symbol*> pending = {&start}; // the next is the last
  std::array<int, kNumSlots> kept;
  kept.fill(-1);
  int topic = -1;
  Spelling spelling;
  double bits = 0.0;
  const auto write = [&](const Symbol& symbol, int word) {
    const Lexeme& lexeme = grammar.lexicon()[symbol.word_class].words[word];
    chooser.take(spelling.spell(lexeme.forms[symbol.form]));
  };
  while (!pending.empty()) {
    const Symbol& symbol = *pending.back();
    pending.pop_back();
    switch (symbol.kind) {
      case Kind::kRule: {
        const int i = chooser.alternative(symbol.rule);
        bits += grammar.alternatives(symbol.rule).bits(i);
        const auto& symbols =
            grammar.rules()[symbol.rule].alternatives[i].symbols;
        for (size_t s = symbols.size(); s > 0; --s) {
          pending.push_back(&symbols[s - 1]);
        }
        break;
      }
      case Kind::kLiteral:
        chooser.take(spelling.spell(symbol.literal));
        break;
      case Kind::kDraw: {
        const Weights& weights = grammar.words(symbol.word_class, topic);
        const int word = chooser.word(symbol, weights);
        bits += weights.bits(word);
        if (symbol.slot >= 0) kept[symbol.slot] = word;
        if (symbol.slot == kTopicSlot) {
          topic = grammar.lexicon()[symbol.word_class].words[word].topic;
        }
        write(symbol, word);
        break;
      }
      case Kind::kRecall:
        require(
            kept[symbol.slot] >= 0,
            "grammar",
            "slot {} is used before it is filled",
            static_cast<char>('A' + symbol.slot));
        write(symbol, kept[symbol.slot]);
        break;
    }
  }
  return bits;
}

struct Drawing {
  const Grammar& grammar;
  Random& random;
  std::string text = {};

  int alternative(int rule) { return grammar.alternatives(rule).draw(random); }
  int word(const Symbol&, const Weights& weights) {
    return weights.draw(random);
  }
  void take(std::string_view piece) { text += piece; }
};

class Reading {
 public:
  Reading(const Grammar& grammar, std::string_view text)
      : grammar_(grammar), text_(text) {}

  int alternative(int rule) {
    return known(grammar_.predict(rule, next_word()));
  }
  int word(const Symbol& draw, const Weights&) {
    return known(grammar_.find_word(draw.word_class, draw.form, next_word()));
  }
  void take(std::string_view piece) {
    if (!text_.substr(at_).starts_with(piece)) {
      leave(fmt::format("stands where \"{}\" should be", piece));
    }
    at_ += piece.size();
  }
  void expect_end() const {
    if (at_ < text_.size()) leave("comes after the end");
  }

 private:
  // A run of letters or a single mark; empty at the end.
  std::string next_word() const {
    const auto is_letter = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    };
    size_t begin = at_;
    if (begin < text_.size() && text_[begin] == ' ') ++begin;
    size_t end = begin;
    while (end < text_.size() && is_letter(text_[end])) ++end;
    return std::string(text_.substr(begin, std::max<size_t>(end - begin, 1)));
  }

  int known(int choice) const {
    if (choice < 0) leave("cannot stand here");
    return choice;
  }

  [[noreturn]] void leave(std::string_view why) const {
    const std::string word = next_word();
    fail(
        "synthetic",
        "byte {}: {} {}; the text is not one of the grammar's",
        at_,
        word.empty() ? "the end" : "\"" + word + "\"",
        why);
  }

  const Grammar& grammar_;
  std::string_view text_;
  size_t at_ = 0;
};

} // namespace

SyntheticDocument SyntheticGenerator::next() {
  Drawing drawing{grammar_, random_};
  const double bits = derive(grammar_, drawing);
  return {std::move(drawing.text), bits};
}

double synthetic_bits(const Grammar& grammar, std::string_view text) {
  Reading reading(grammar, text);
  const double bits = derive(grammar, reading);
  reading.expect_end();
  return bits;
}

} // namespace nanobrain
