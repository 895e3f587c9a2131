// Stochastic grammars with registers, as text and as data.
//
// Rules are text (grammar_rules.cpp holds the corpus's own):
//
//   sentence = 3 $subject $verb . | 1 in {1700..1899>Y} $subject $verb .
//   subject  = 2 the {noun.sg} #sg | 1 the {noun.pl} #pl
//   verb     = [sg] {act.s} | [pl] {act.base}
//
// The first rule is the start. An alternative is [conditions] weight symbols;
// the weight is 1 where it is left out, () is the empty alternative, and a line
// that starts with -- is a comment. Symbols:
//
//   word , . :        itself ("a" is written "an" before a vowel)
//   NL                a new line
//   $rule             a rule
//   {noun.pl}         a word of a class, drawn by its weight under the topic
//   {noun.pl!}        one not drawn by another ! since the last #list
//   {noun.pl*}        one that decides the topic (Lexicon::weight)
//   {noun.pl>X}       ... and keeps it in register X (A to Z)
//   {X}  {X.sg}       the word in X again, as it was or in another form
//   {2..60>M}         a number, all equally likely
//   {1..M>N}          a number from 1 to M - 1, M in a register
//   {M+N}  {M-N}  {M*N}  {M+N>M}   what follows from others
//   #sg #pl #female #male #pair #alone #person #thing   set a condition
//   #like:X           #sg or #pl, whichever form X holds
//   #list             starts a list
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "nanobrain/data/lexicon.h"

namespace nanobrain {

inline constexpr int kNumRegisters = 26;
/// The conditions as bits of a key: plural, male, pair, thing.
inline constexpr int kNumKeys = 16;

enum KeyBit { kPlural = 1, kMale = 2, kPair = 4, kThing = 8 };

/// One symbol of an alternative; which fields count depends on the kind.
struct Symbol {
  enum class Kind {
    kLiteral, // literal
    kDraw,    // word_class, form, fresh, decides_topic; store
    kRecall,  // the word in register_a; form (-1: as stored)
    kRange,   // low to high; store
    kBelow,   // low to the number in register_a less 1; store
    kSame,    // the number in register_a; store
    kSum,     // register_a + register_b; store
    kDifference,
    kProduct,
    kRule,       // rule
    kSetKey,     // key = (key & keep) | set
    kLikeNumber, // plural as register_a is
    kNewList,
  };
  Kind kind = Kind::kLiteral;
  int literal = -1; // index in GrammarText::literals
  int word_class = -1;
  int form = -1;
  bool fresh = false;
  bool decides_topic = false;
  int store = -1; // register, -1: none
  int register_a = -1;
  int register_b = -1;
  int low = 0;
  int high = 0;
  int rule = -1;
  int keep = ~0;
  int set = 0;
};

struct Alternative {
  int key_mask = 0; // applies where (key & key_mask) == key_value
  int key_value = 0;
  uint32_t weight = 1;
  std::vector<Symbol> symbols;

  bool applies(int key) const { return (key & key_mask) == key_value; }
};

struct Rule {
  std::string name;
  std::vector<Alternative> alternatives;
};

/// Rules as read, before Grammar checks them and makes them ready for use.
struct GrammarText {
  std::vector<Rule> rules;           // the first is the start
  std::vector<std::string> literals; // the first, "", is the end of the text
  /// The word class that a register holds; kNumber, kUnused.
  std::array<int, kNumRegisters> register_class;

  static constexpr int kNumber = -1;
  static constexpr int kUnused = -2;
};

/// Error that names the rule and the symbol at fault.
GrammarText read_grammar(std::string_view text, const Lexicon& lexicon);

} // namespace nanobrain
