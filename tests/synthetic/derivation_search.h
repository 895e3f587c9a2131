// Finds every derivation of a text by trying all, character by character: no
// prediction, no cutting into words. What the corpus claims of its grammar (one
// derivation, this probability) is tested against it.
#pragma once

#include <array>
#include <cctype>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "nanobrain/synthetic/grammar.h"

namespace nanobrain::testing {

struct Derivations {
  int count = 0;
  double bits = 0.0; // -log2 of the last one's probability
};

// A place in a text and what led there. Small, and copied at every choice.
struct Place {
  size_t at = 0;
  int topic = -1;
  std::array<int, kNumSlots> kept{};
  std::vector<const Symbol*> pending;
  double bits = 0.0;
};

inline void choose(Place& place, const std::vector<double>& weights, size_t i) {
  double total = 0;
  for (const double weight : weights) total += weight;
  place.bits -= std::log2(weights[i] / total);
}

class DerivationSearch {
 public:
  DerivationSearch(const Grammar& grammar, std::string_view text)
      : grammar_(grammar), text_(text) {}

  Derivations run() {
    const Symbol start{.kind = Symbol::Kind::kRule};
    Place place;
    place.pending.push_back(&start);
    explore(place);
    return found_;
  }

 private:
  void explore(Place place) {
    while (!place.pending.empty()) {
      const Symbol& symbol = *place.pending.back();
      place.pending.pop_back();
      if (symbol.kind == Symbol::Kind::kRule) {
        return expand(place, grammar_.rules()[symbol.rule]);
      }
      if (symbol.kind == Symbol::Kind::kDraw) return draw(place, symbol);
      const bool goes_on =
          symbol.kind == Symbol::Kind::kLiteral
              ? read(place, symbol.literal)
              : read(place, form(symbol, place.kept[symbol.slot]));
      if (!goes_on) return;
    }
    if (place.at != text_.size()) return;
    ++found_.count;
    found_.bits = place.bits;
  }

  const std::string& form(const Symbol& symbol, int word) const {
    return grammar_.lexicon()[symbol.word_class].words[word].forms[symbol.form];
  }

  void expand(const Place& place, const Rule& rule) {
    std::vector<double> weights;
    for (const auto& each : rule.alternatives) weights.push_back(each.weight);
    for (size_t i = 0; i < weights.size(); ++i) {
      Place next = place;
      choose(next, weights, i);
      const auto& symbols = rule.alternatives[i].symbols;
      for (size_t s = symbols.size(); s > 0; --s) {
        next.pending.push_back(&symbols[s - 1]);
      }
      explore(std::move(next));
    }
  }

  void draw(const Place& place, const Symbol& symbol) {
    const auto& words = grammar_.lexicon()[symbol.word_class].words;
    std::vector<double> weights;
    for (const Lexeme& word : words) {
      weights.push_back(weight_under(word, place.topic));
    }
    for (int w = 0; w < std::ssize(words); ++w) {
      // A cheap look before a place is copied.
      const std::string rest = form(symbol, w).substr(1);
      if (text_.substr(place.at, rest.size() + 2).find(rest) ==
          std::string_view::npos) {
        continue;
      }
      Place next = place;
      if (!read(next, form(symbol, w))) continue;
      choose(next, weights, w);
      if (symbol.slot >= 0) next.kept[symbol.slot] = w;
      if (symbol.slot == kTopicSlot) next.topic = words[w].topic;
      explore(std::move(next));
    }
  }

  // Reads a word, mark or new line as it must be written at this place.
  bool read(Place& place, std::string_view word) const {
    if (word.empty()) return place.at == text_.size();
    std::string written(word);
    if (std::isalpha(static_cast<unsigned char>(word[0]))) {
      const std::string_view before = text_.substr(0, place.at);
      const bool starts_line = before.empty() || before.ends_with('\n');
      if (starts_line || before.ends_with('.')) {
        written[0] = static_cast<char>(std::toupper(written[0]));
      }
      if (!starts_line) written = " " + written;
    }
    if (!text_.substr(place.at).starts_with(written)) return false;
    place.at += written.size();
    return true;
  }

  const Grammar& grammar_;
  std::string_view text_;
  Derivations found_;
};

inline Derivations find_derivations(
    const Grammar& grammar, std::string_view text) {
  return DerivationSearch(grammar, text).run();
}

} // namespace nanobrain::testing
