#include "nanobrain/data/synthetic_state.h"

#include "nanobrain/base/error.h"

namespace nanobrain {

namespace {

using Kind = Symbol::Kind;

const SyntheticState::Register& require_set(
    const SyntheticState& state, int index) {
  const auto& content = state.registers[index];
  require(
      content.value >= 0,
      "grammar",
      "register {} is used before it is set",
      static_cast<char>('A' + index));
  return content;
}

} // namespace

void SyntheticState::act(const Symbol& action) {
  if (action.kind == Kind::kSetKey) {
    key = (key & action.keep) | action.set;
  } else if (action.kind == Kind::kLikeNumber) {
    // Of the forms, the first is the singular.
    const bool plural = registers[action.register_a].form != 0;
    key = plural ? key | kPlural : key & ~kPlural;
  } else {
    listed.clear();
  }
}

std::pair<int, int> SyntheticState::range(const Symbol& symbol) const {
  return symbol.kind == Kind::kBelow
             ? std::pair{symbol.low, registers[symbol.register_a].value - 1}
             : std::pair{symbol.low, symbol.high};
}

int SyntheticState::computed(const Symbol& symbol) const {
  const int a = require_set(*this, symbol.register_a).value;
  if (symbol.kind == Kind::kSame) return a;
  const int b = require_set(*this, symbol.register_b).value;
  if (symbol.kind == Kind::kSum) return a + b;
  return symbol.kind == Kind::kDifference ? a - b : a * b;
}

void SyntheticState::keep_word(
    const Symbol& symbol, int word, const Lexicon& lexicon) {
  if (symbol.decides_topic) {
    topic = lexicon.classes()[symbol.word_class].words[word].topic;
  }
  if (symbol.fresh) listed.emplace_back(symbol.word_class, word);
  if (symbol.store >= 0) {
    registers[symbol.store] = {symbol.word_class, word, symbol.form};
  }
}

void SyntheticState::keep_number(const Symbol& symbol, int number) {
  if (symbol.store >= 0) registers[symbol.store] = {-1, number, 0};
}

const std::string& SyntheticState::recalled(
    const Symbol& symbol, const Lexicon& lexicon) const {
  const Register& from = require_set(*this, symbol.register_a);
  const int form = symbol.form < 0 ? from.form : symbol.form;
  return lexicon.classes()[from.word_class].words[from.value].forms[form];
}

} // namespace nanobrain
