// The synthetic language: its rules, and its words in all their forms.
//
// A document has a title that decides its topic and place, an opening on both,
// and paragraphs of facts, of things and of people. Later sentences depend on
// earlier ones by the topic (every draw), by the words in slots, and by
// agreement: the verb with the head of its subject, whatever stands between.
//
//   T the title's noun     P the place
//   W a person             O where they come from
//   Q what they do         X the thing in hand
#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include "nanobrain/synthetic/english_words.h"
#include "nanobrain/synthetic/grammar.h"

namespace nanobrain {

namespace {

constexpr std::string_view kRules = R"(
document = 5 the {noun.pl>T} of {place>P} NL $opening
         | 3 notes on the {noun.pl>T} of {place>P} NL $opening
         | 2 how {place>P} came to have so many {noun.pl>T} NL $opening

opening = 4 {P} is a $size {settlement} in the $direction of {region} , and its {T.pl} $fame . $facts
        | 2 people come to {P} from all over {region} for its {T.pl} . $facts
        | 2 nobody knows who brought the first {T.sg} to {P} . $facts
size = 4 small | 3 large | 2 busy | 2 remote | 1 sleepy
direction = north | south | east | west
fame = 3 have long been {quality} and {quality} | 2 are known far and wide

more = 5 NL $paragraph | 2 END
paragraph = 6 $person | 3 $fact $facts | 2 good {noun.pl>X} are {quality} and {quality} . $things

-- Facts, in the present.
facts = 7 $fact $facts | 2 $more
fact = 10 the $subject
     | 2 every $every
     | 2 most $most
     | 2 these {T.pl} $thing_pl
     | 1 today {P} has only {few} {role.pl} , but {few} {noun.pl} .
     | 2 in the {site.sg} one can see {noun.pl} , {noun.pl} and {noun.pl} .
subject = 5 {quality} $thing | 3 {noun.sg} $about $thing_sg | 3 {noun.pl} $about $thing_pl
        | 3 {temper} $people | 2 {role.sg} $about $person_sg | 2 {role.pl} $about $person_pl
thing = 3 {noun.sg} $thing_sg | 2 {noun.pl} $thing_pl
people = 3 {role.sg} $person_sg | 2 {role.pl} $person_pl
every = 2 {noun.sg} $thing_sg | 1 {role.sg} $person_sg
most = 2 {noun.pl} $thing_pl | 1 {role.pl} $person_pl
about = 3 near $the_place | 2 behind $the_place | 1 of {P} | 1 from {place}
      | 2 that the {role.sg} {verb.past}
the_place = the $site
site = 2 {site.sg} | 1 {site.pl} | 1 {quality} {site.sg}
thing_sg = 5 is $like | 4 {state.s} $where | 2 was {verb.past} $by
thing_pl = 5 are $like | 4 {state.base} $where | 2 were {verb.past} $by
person_sg = 6 {verb.s} $object $stop | 3 {act.s} $where | 1 is {temper} and {temper} $stop
person_pl = 6 {verb.base} $object $stop | 3 {act.base} $where | 1 are {temper} and {temper} $stop
like = 4 {quality} $stop | 2 more {quality} than any {noun.sg} . | 1 as {quality} as the {T.pl} .
where = 4 $stop | 3 near $the_place $stop | 2 behind $the_place $stop
by = by the {role.sg} $stop
object = 6 the $some | 2 {few} {noun.pl} | 2 these {T.pl} | 1 every {noun.sg}
some = 3 {quality} $noun | 3 {noun.sg} | 2 {noun.pl}
noun = 3 {noun.sg} | 2 {noun.pl}
stop = 8 . | 2 because $clause . | 1 , but $clause .
clause = 5 the $some_clause | 2 these {T.pl} $short_pl
some_clause = 3 {noun.sg} $short_sg | 2 {noun.pl} $short_pl
short_sg = is {quality} | {state.s}
short_pl = are {quality} | {state.base}

-- A thing, in the plural.
things = 4 $about_thing . $things | 1 $more
about_thing = 4 they $short_pl
            | 2 the {X.pl} $short_pl
            | 2 when they {state.past} , the {role.sg} {verb.past} another {X.sg}
            | 1 without the {X.pl} , the {role.pl} of {P} cannot {act.base}
            | 1 {P} has {few} {X.pl}

-- People, in the past.
person = {person.name>W} {family} $introduced
introduced = 3 , the {temper} {role.sg>Q} from {place>O} , {verb.past} the {noun.sg>X} . $life
           | 2 came from {place>O} to {P} as the next {role.sg>Q} and {verb.past} the {quality} {noun.sg>X} . $life
life = 5 $event $life | 1 $more
event = 11 $who $deed | 8 $when $who $deed | 1 people in {O} still talk of {W.name} .
when = 2 {few} $weeks later | 2 on {weekday} | 1 then | 1 one $daytime
     | 2 when the {noun.sg} {state.past} , | 1 because the {quality} {noun.sg} {state.past} ,
weeks = days | weeks | months
daytime = morning | evening | night
who = 4 {W.she} | 2 {W.name} | 2 the {Q.sg}
deed = 8 {verb.past} $own $ending | 3 {act.past} $ending | 2 hoped to {verb.base} $own $ending | 1 was {temper} .
own = 6 the $some | 2 {few} {noun.pl} | 3 that {X.sg} | 2 these {T.pl}
ending = 6 . | 2 , and {W.she} {act.past} . | 1 with {W.her} {noun.pl} .
)";

using Forms = std::vector<std::string>;

Forms split_at(char separator, std::string_view text) {
  std::istringstream stream{std::string(text)};
  Forms parts;
  for (std::string part; std::getline(stream, part, separator);) {
    if (!part.empty()) parts.push_back(part);
  }
  return parts;
}

Forms noun_forms(const std::string& stem) {
  return {stem, stem + "s"};
}

Forms verb_forms(const std::string& stem) {
  return {stem, stem + "s", stem + (stem.ends_with('e') ? "d" : "ed")};
}

Forms given_forms(const std::string& stem) {
  return split_at(' ', stem);
}

/// A class of words: its name, its forms' names, and how a stem takes them.
struct ClassKind {
  std::string name;
  Forms forms;
  Forms (*inflect)(const std::string& stem);
};

std::vector<ClassKind> class_kinds() {
  const Forms noun = {"sg", "pl"};
  const Forms verb = {"base", "s", "past"};
  const Forms one = {""};
  return {
      {"noun", noun, noun_forms},
      {"role", noun, noun_forms},    // people by what they do
      {"site", noun, noun_forms},    // parts of a town and its land
      {"verb", verb, verb_forms},    // what people do to things
      {"act", verb, verb_forms},     // what people do
      {"state", verb, verb_forms},   // what things do
      {"quality", one, given_forms}, // what things are like
      {"temper", one, given_forms},  // what people are like
      {"settlement", one, given_forms},
      {"region", one, given_forms},
      {"weekday", one, given_forms},
      {"few", one, given_forms},
      {"family", one, given_forms},
      {"place", one, given_forms},
      {"person", {"name", "she", "her"}, given_forms},
  };
}

/// The stems of a line of english_words().
Forms read_stems(std::string_view line) {
  const Forms parts = split_at('+', line);
  const Forms beginnings = split_at(' ', parts[0]);
  if (parts.size() == 1) return beginnings;
  // Neighbours in rank share neither beginning nor ending.
  const Forms endings = split_at(' ', parts[1]);
  Forms names;
  for (size_t round = 0; round < endings.size(); ++round) {
    for (size_t i = 0; i < beginnings.size(); ++i) {
      names.push_back(
          beginnings[i] + endings[(i + round) % endings.size()] +
          (parts.size() > 2 ? parts[2] : ""));
    }
  }
  return names;
}

Lexicon english_lexicon() {
  const auto kinds = class_kinds();
  Lexicon lexicon;
  for (const auto& kind : kinds) lexicon.push_back({kind.name, kind.forms, {}});
  int topics = 0;
  int topic = -1;
  std::string text(english_words());
  for (size_t at; (at = text.find("\n  ")) != text.npos;) text.erase(at, 2);
  for (const std::string& line : split_at('\n', text)) {
    if (line.starts_with('[')) {
      topic = line == "[topic]" ? topics++ : -1;
      continue;
    }
    const size_t space = line.find(' ');
    const auto kind =
        std::ranges::find(kinds, line.substr(0, space), &ClassKind::name);
    auto& words = lexicon[kind - kinds.begin()].words;
    uint32_t rank = 0; // weights by Zipf's law
    for (const std::string& stem : read_stems(line.substr(space))) {
      words.push_back({kind->inflect(stem), topic, 6000 / (rank++ + 12)});
    }
  }
  return lexicon;
}

} // namespace

const Grammar& english_grammar() {
  static const Grammar grammar(kRules, english_lexicon());
  return grammar;
}

} // namespace nanobrain
