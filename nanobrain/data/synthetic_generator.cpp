// Draws derivations and writes what they say.
#include <algorithm>
#include <cmath>

#include "nanobrain/base/error.h"
#include "nanobrain/data/grammar.h"
#include "nanobrain/data/synthetic.h"
#include "nanobrain/data/synthetic_state.h"
#include "nanobrain/data/synthetic_writer.h"

namespace nanobrain {

namespace {

using Kind = Symbol::Kind;

class Derivation {
 public:
  Derivation(const Grammar& grammar, Random& random)
      : grammar_(grammar), random_(random), state_(grammar.lexicon()) {}

  SyntheticDocument run() {
    expand(0);
    while (!pending_.empty()) {
      const Symbol& symbol = *pending_.back();
      pending_.pop_back();
      write(symbol);
    }
    return {writer_.take(), bits_};
  }

 private:
  void write(const Symbol& symbol) {
    switch (symbol.kind) {
      case Kind::kRule:
        return expand(symbol.rule);
      case Kind::kLiteral:
        return writer_.add(grammar_.literal(symbol.literal));
      case Kind::kDraw:
        return draw_word(symbol);
      case Kind::kRecall:
        return writer_.add(state_.recalled(symbol, grammar_.lexicon()));
      case Kind::kRange:
      case Kind::kBelow: {
        const auto [low, high] = state_.range(symbol);
        const uint64_t count = static_cast<uint64_t>(high - low) + 1;
        bits_ += std::log2(static_cast<double>(count));
        return write_number(
            symbol, low + static_cast<int>(random_.below(count)));
      }
      case Kind::kSame:
      case Kind::kSum:
      case Kind::kDifference:
      case Kind::kProduct:
        return write_number(symbol, state_.computed(symbol));
      default:
        return state_.act(symbol);
    }
  }

  void expand(int rule) {
    const AliasTable& table = grammar_.alternatives(rule, state_.key);
    require(
        !table.empty(),
        "grammar rule " + grammar_.rules()[rule].name,
        "no alternative applies");
    const int i = table.draw(random_);
    bits_ += table.bits(i);
    const auto& symbols = grammar_.rules()[rule].alternatives[i].symbols;
    for (size_t s = symbols.size(); s > 0; --s) {
      pending_.push_back(&symbols[s - 1]);
    }
  }

  void draw_word(const Symbol& symbol) {
    const Lexicon& lexicon = grammar_.lexicon();
    const AliasTable& table = grammar_.words(
        symbol.word_class,
        symbol.decides_topic ? lexicon.deciding_topic() : state_.topic);
    int word = table.draw(random_);
    if (symbol.fresh) {
      // Drawing until it is none of the list's words divides the others'
      // probabilities by what remains.
      double remaining = 1.0;
      for (const auto& [word_class, listed] : state_.listed) {
        if (word_class == symbol.word_class) {
          remaining -= table.probability(listed);
        }
      }
      bits_ += std::log2(remaining);
      while (is_listed(symbol.word_class, word)) word = table.draw(random_);
    }
    bits_ += table.bits(word);
    state_.keep_word(symbol, word, lexicon);
    writer_.add(
        lexicon.classes()[symbol.word_class].words[word].forms[symbol.form]);
  }

  bool is_listed(int word_class, int word) const {
    const auto& listed = state_.listed;
    return std::find(
               listed.begin(), listed.end(), std::pair{word_class, word}) !=
           listed.end();
  }

  void write_number(const Symbol& symbol, int number) {
    state_.keep_number(symbol, number);
    writer_.add_number(number);
  }

  const Grammar& grammar_;
  Random& random_;
  SyntheticState state_;
  SyntheticWriter writer_;
  std::vector<const Symbol*> pending_; // the next symbol is the last
  double bits_ = 0.0;
};

} // namespace

SyntheticGenerator::SyntheticGenerator(uint64_t seed)
    : SyntheticGenerator(english_grammar(), seed) {}

SyntheticGenerator::SyntheticGenerator(const Grammar& grammar, uint64_t seed)
    : grammar_(grammar), random_(seed) {}

SyntheticDocument SyntheticGenerator::next() {
  return Derivation(grammar_, random_).run();
}

} // namespace nanobrain
