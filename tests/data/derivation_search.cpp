#include "tests/data/derivation_search.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <set>
#include <string>
#include <vector>

namespace nanobrain::testing {

namespace {

using Kind = Symbol::Kind;

// A place in a text and what led there. Small, and copied at every choice.
struct Place {
  size_t at = 0;
  bool starts_sentence = true;
  bool starts_line = true;
  int article = 0; // 1: "a" was read, 2: "an"
  int key = 0;
  int topic = 0;
  std::array<int, kNumRegisters> value{};
  std::array<int, kNumRegisters> form{};
  std::array<int, kNumRegisters> word_class{};
  std::set<int> listed;
  std::vector<const Symbol*> pending;
  double bits = 0.0;
  double entropy = 0.0;
};

double entropy_of(const std::vector<double>& weights) {
  double total = 0;
  for (const double weight : weights) total += weight;
  double entropy = 0;
  for (const double weight : weights) {
    if (weight > 0) entropy -= weight / total * std::log2(weight / total);
  }
  return entropy;
}

void choose(Place& place, const std::vector<double>& weights, size_t i) {
  double total = 0;
  for (const double weight : weights) total += weight;
  place.bits -= std::log2(weights[i] / total);
  place.entropy += entropy_of(weights);
}

class Search {
 public:
  Search(const Grammar& grammar, std::string_view text)
      : grammar_(grammar), text_(text) {}

  Derivations run() {
    Place start;
    start.topic = grammar_.lexicon().no_topic();
    start.pending.push_back(&start_);
    explore(start);
    return found_;
  }

 private:
  void explore(Place place) {
    while (!place.pending.empty()) {
      const Symbol& symbol = *place.pending.back();
      place.pending.pop_back();
      switch (symbol.kind) {
        case Kind::kRule:
          return expand(place, grammar_.rules()[symbol.rule]);
        case Kind::kDraw:
          return draw(place, symbol);
        case Kind::kRange:
        case Kind::kBelow:
          return pick_number(place, symbol);
        case Kind::kLiteral:
          if (grammar_.literal(symbol.literal) == "a") {
            for (const int article : {1, 2}) {
              Place next = place;
              if (!read(next, article == 1 ? "a" : "an")) continue;
              next.article = article;
              explore(std::move(next));
            }
            return;
          }
          if (!read(place, grammar_.literal(symbol.literal))) return;
          break;
        case Kind::kRecall: {
          const int r = symbol.register_a;
          const int form = symbol.form < 0 ? place.form[r] : symbol.form;
          const auto& words = grammar_.lexicon().classes()[place.word_class[r]];
          if (!read(place, words.words[place.value[r]].forms[form])) return;
          break;
        }
        case Kind::kSetKey:
          place.key = (place.key & symbol.keep) | symbol.set;
          break;
        case Kind::kLikeNumber:
          place.key &= ~kPlural;
          if (place.form[symbol.register_a] == 1) place.key |= kPlural;
          break;
        case Kind::kNewList:
          place.listed.clear();
          break;
        default: {
          const int a = place.value[symbol.register_a];
          const int b =
              symbol.register_b < 0 ? 0 : place.value[symbol.register_b];
          int number = a;
          if (symbol.kind == Kind::kSum) number = a + b;
          if (symbol.kind == Kind::kDifference) number = a - b;
          if (symbol.kind == Kind::kProduct) number = a * b;
          if (!read(place, std::to_string(number))) return;
          if (symbol.store >= 0) place.value[symbol.store] = number;
        }
      }
    }
    if (place.at != text_.size()) return;
    ++found_.count;
    found_.bits = place.bits;
    found_.entropy = place.entropy;
  }

  void expand(const Place& place, const Rule& rule) {
    std::vector<double> weights;
    for (const Alternative& alternative : rule.alternatives) {
      weights.push_back(
          alternative.applies(place.key) ? alternative.weight : 0.0);
    }
    for (size_t i = 0; i < weights.size(); ++i) {
      if (weights[i] == 0) continue;
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
    const Lexicon& lexicon = grammar_.lexicon();
    const int topic =
        symbol.decides_topic ? lexicon.deciding_topic() : place.topic;
    const auto& words = lexicon.classes()[symbol.word_class].words;
    const auto key_of = [&](int word) {
      return symbol.word_class * 10'000 + word;
    };
    std::vector<double> weights;
    for (int w = 0; w < std::ssize(words); ++w) {
      const bool excluded = symbol.fresh && place.listed.contains(key_of(w));
      weights.push_back(
          excluded ? 0.0 : lexicon.weight(symbol.word_class, w, topic));
    }
    for (int w = 0; w < std::ssize(words); ++w) {
      if (weights[w] == 0) continue;
      if (!may_read(place, words[w].forms[symbol.form])) continue;
      Place next = place;
      if (!read(next, words[w].forms[symbol.form])) continue;
      choose(next, weights, w);
      if (symbol.decides_topic) next.topic = words[w].topic;
      if (symbol.fresh) next.listed.insert(key_of(w));
      if (symbol.store >= 0) {
        next.value[symbol.store] = w;
        next.form[symbol.store] = symbol.form;
        next.word_class[symbol.store] = symbol.word_class;
      }
      explore(std::move(next));
    }
  }

  void pick_number(const Place& place, const Symbol& symbol) {
    const int high = symbol.kind == Kind::kRange
                         ? symbol.high
                         : place.value[symbol.register_a] - 1;
    const std::vector<double> weights(high - symbol.low + 1, 1.0);
    for (int number = symbol.low; number <= high; ++number) {
      if (!may_read(place, std::to_string(number))) continue;
      Place next = place;
      if (!read(next, std::to_string(number))) continue;
      choose(next, weights, number - symbol.low);
      if (symbol.store >= 0) next.value[symbol.store] = number;
      explore(std::move(next));
    }
  }

  // A cheap look before a place is copied: the letters but for the first.
  bool may_read(const Place& place, std::string_view word) const {
    const size_t at = place.at + (place.starts_line ? 0 : 1);
    return text_.size() >= at + word.size() &&
           text_.substr(at + 1, word.size() - 1) == word.substr(1);
  }

  // Reads a word, mark or new line as it must be written at this place.
  bool read(Place& place, std::string_view word) const {
    std::string written;
    const bool is_mark = word == "." || word == "," || word == ":";
    if (word == "\n" || is_mark) {
      written = word;
    } else {
      written = std::string(place.starts_line ? "" : " ") + std::string(word);
      char& first = written[place.starts_line ? 0 : 1];
      if (place.starts_sentence) first = static_cast<char>(std::toupper(first));
      const bool vowel =
          std::string("aeiou").find(word[0]) != std::string::npos;
      if (place.article != 0 && vowel != (place.article == 2)) return false;
      place.article = 0;
    }
    if (!text_.substr(place.at).starts_with(written)) return false;
    place.at += written.size();
    place.starts_line = word == "\n";
    place.starts_sentence = word == "\n" || word == ".";
    return true;
  }

  const Grammar& grammar_;
  std::string_view text_;
  Symbol start_{.kind = Kind::kRule, .rule = 0};
  Derivations found_;
};

} // namespace

Derivations find_derivations(const Grammar& grammar, std::string_view text) {
  return Search(grammar, text).run();
}

} // namespace nanobrain::testing
