// The rules of the synthetic corpus. A document has a title that decides its
// topic and place, a paragraph that opens on both, and paragraphs about people,
// things and the town. Later sentences depend on earlier ones by the topic
// (every draw), by registers and by conditions:
//
//   T the title's noun     P the place
//   W a woman's name       V a man's name        L, H their family names
//   Q the person's calling O where they come from
//   X the thing in hand    Y the year            M, N, K numbers
//
// #pair: the paragraph has two people, a woman and a man, so that "she" and
// "he" are never in doubt; #male: the first of them is the man. Verbs in the
// present agree with the head of their subject (#sg, #pl), whatever stands
// between.
#include "nanobrain/data/grammar.h"

namespace nanobrain {

std::string_view english_rules() {
  return R"(
document = $title NL $opening $more

more = 5 NL $paragraph $more | 2 ()

title = 5 the {noun.pl*>T} of {place.name>P}
      | 3 a short history of {noun.pl*>T} in {place.name>P}
      | 3 notes on the {noun.pl*>T} of {place.name>P}
      | 2 how {place.name>P} came to have so many {noun.pl*>T}
      | 1 all about {noun.pl*>T} : a guide for the people of {place.name>P}

paragraph = 6 $person $life | 3 $fact $facts | 2 $thing $things

-- The opening: place, region, year, topic.
opening = 4 {P} is a $size {settlement.sg} in the $direction of {region.name} , and its {T} $fame . $facts
        | 2 in {1702..1899>Y} the {settlement.sg} of {P} had {20..90>M} {T} , of which {1..M>N} were #list {quality.adj!} and {M-N} were {quality.adj!} . $facts
        | 2 people come to {P} from all over {region.name} for its {T} . $facts
        | 1 nobody knows who brought the first {T.sg} to {P} . $facts

size = 4 small | 3 large | 2 busy | 2 remote | 1 sleepy
direction = north | south | east | west
fame = 3 have long been #list {quality.adj!} and {quality.adj!} | 2 are $known
known = 2 known far and wide | 1 older than its {site.sg}

-- Facts, in the present: the head of the subject decides the verb.
facts = 7 $fact $facts | 2 ()
fact = 20 $subject $predicate $reason .
     | 1 of the {10..99>M} {noun.pl} in {P} , {1..M>N} are #list {quality.adj!} and the other {M-N} are {quality.adj!} .
     | 1 there are {2..60>M} {noun.pl} at the #list {site.sg!} and {2..60>N} at the {site.sg!} , so {P} has {M+N} in all .
     | 1 today {P} has only {few.number} {role.pl} , but {2..90} {noun.pl} .
     | 3 in the {site.sg} $stand .

stand = 2 one can see #list {noun.pl!} , {noun.pl!} , $series
      | 1 stand {2..12>M} rows of {2..12>N} {noun.pl} , {M*N} in all
series = 3 and {noun.pl!} | 1 {noun.pl!} , $series

subject = 10 the $head
        | 2 every $every
        | 2 most $most
        | 2 these {T} #thing #pl
head = 7 $qualities $noun $of_thing
     | 4 $noun $of_thing
     | 3 {temper.adj} $role $of_person
     | 3 $role $of_person
qualities = #list {quality.adj!} $more_quality
more_quality = 5 () | 1 {quality.adj!}
noun = 3 {noun.sg} #thing #sg | 2 {noun.pl} #thing #pl
role = 3 {role.sg} #person #sg | 2 {role.pl} #person #pl
every = 1 {noun.sg} #thing #sg | 1 {quality.adj} {noun.sg} #thing #sg | 1 {role.sg} #person #sg
most = 1 {noun.pl} #thing #pl | 1 {quality.adj} {noun.pl} #thing #pl | 1 {role.pl} #person #pl
of_thing = 6 () | 3 $position the $some_site | 1 of {P} | 2 that the {role.sg} {verb.past} | 1 from {place.name}
of_person = 6 () | 1 of {P} | 1 $position the {site.pl} | 2 from {place.name} | 1 who {verb.past} the {noun.sg}
position = 3 near | 2 behind | 2 beside | 1 below
some_site = 1 {site.sg} | 1 {quality.adj} {site.sg}

predicate = [thing] 5 $be $like
          | [thing] 5 $states $where
          | [thing] 3 {often.adv} $states $where
          | [thing] 3 $was $done
          | [person] 6 $verbs $object $when
          | [person] 3 {often.adv} $verbs $object $when
          | [person] 3 $acts $where
          | [person] 2 $says that $claim
          | [person] 1 $be {temper.adj} and {temper.adj}
be = [sg] is | [pl] are
was = [sg] was | [pl] were
states = [sg] {state.s} | [pl] {state.base}
verbs = [sg] {verb.s} | [pl] {verb.base}
acts = [sg] {act.s} | [pl] {act.base}
says = [sg] {say.s} | [pl] {say.base}
like = 4 #list {quality.adj!} $and_quality
     | 1 as {quality.adj} as a {noun.sg}
     | 1 more {quality.adj} than any {noun.sg}
     | 1 made of {material.sg} $and_material
and_quality = 2 () | 2 and {quality.adj!} | 1 but {quality.adj!}
and_material = 2 () | 1 and {material.sg}
done = 3 {verb.past} by $agent $when | 1 made by $agent $when
agent = 3 the {role.sg} | 2 a {temper.adj} {role.sg} | 1 {family.name} of {place.name}
claim = 2 these {T} are {quality.adj} | 1 {P} has too few {noun.pl} | 2 every {noun.sg} is {quality.adj} | 2 the {noun.pl} of {P} are {quality.adj}

reason = 7 () | 2 because $subject $short_predicate | 1 , but $subject $short_predicate
short_predicate = [thing] 2 $be {quality.adj} | [thing] 2 $states | [person] 2 $acts | [person] 1 $be {temper.adj}

object = 6 the $some_thing | 3 a $some_single | 2 {few.number} $some_plural | 2 these {T} | 1 every {noun.sg}
some_thing = 5 $qualities $any_noun | 4 $any_noun
any_noun = 3 {noun.sg} | 2 {noun.pl}
some_single = 4 $qualities {noun.sg} | 2 {noun.sg}
some_plural = 4 $qualities {noun.pl} | 2 {noun.pl}

where = 4 () | 3 near the $some_site | 2 behind the $some_site | 3 at the $some_site | 2 with {virtue.sg} $and_virtue
and_virtue = 2 () | 1 and {virtue.sg}
when = 7 () | 2 in {month.name} | 2 on {weekday.name} | 1 before $noon | 1 with {virtue.sg} $and_virtue
noon = dawn | noon | dark | lunch

-- A thing, told of in the singular or the plural from its first sentence on.
thing = 3 a {quality.adj} {noun.sg>X} #sg lasts for {2..90} years .
      | 2 good {noun.pl>X} #pl are #list {quality.adj!} , {quality.adj!} but not {quality.adj!} .
      | 2 no {role.sg} likes to be without a {quality.adj} {noun.sg>X} #sg .
things = 4 #like:X $about_thing $things | 1 ()
about_thing = 5 #thing $it $predicate .
            | 1 after {2..90} years #thing $it $short_predicate .
            | 2 the {X} #thing $predicate .
            | 2 when $it $past_state $where , the $maker {verb.past} another {X.sg} .
            | 1 without the {X} , the {role.pl} of {P} cannot {act.base} .
            | 1 {P} has {2..60} {X.pl} .
it = [sg] it | [pl] they
maker = 1 {role.sg} | 2 {temper.adj} {role.sg}

-- People, in the past. The first sentence introduces them.
person = $first_name {family.name>L} $introduced
first_name = 1 #female {female.name>W} | 1 #male {male.name>V}
introduced = 4 #alone , a {temper.adj} {role.sg>Q} from {place.name>O} , {verb.past} the {noun.sg>X} in {1702..1899>Y} .
           | 3 #alone was born in {place.name>O} in {1702..1870>Y} and became a {temper.adj} {role.sg>Q} at the age of {14..40>M} . by {Y+M>Y} $she had {verb.past} a {quality.adj} {noun.sg>X} .
           | 2 #alone came from {place.name>O} to {P} as the next {role.sg>Q} in {1702..1899>Y} and {verb.past} a {quality.adj} {noun.sg>X} .
           | 3 #pair and $second_name {family.name>H} met in {place.name>O} in {1702..1899>Y} and {verb.past} the {quality.adj} {noun.sg>X} .
second_name = [female] {male.name>V} | [male] {female.name>W}

life = 5 $event $life | 1 ()
event = 10 $who $deed $link .
      | 2 {few.number} $weeks later $who $deed $link .
      | 2 {2..9>K} years later , in {Y+K>Y} , $who $deed .
      | 2 on {weekday.name} $who $deed $link .
      | 1 in {month.name} $who $deed $link .
      | 1 then $who $deed $link .
      | 1 one $daytime $who $deed $link .
      | 2 when the $some_thing_it $past_state $where , $who $deed .
      | 1 people in {O} talk of $them and of the year {Y} .

who = [alone] 5 $she #sg
    | [alone] 3 $first #sg
    | [alone] 2 the {Q} #sg
    | [pair] 4 $she #sg
    | [pair] 3 $other #sg
    | [pair] 2 $first #sg
    | [pair] 2 $second #sg
    | [pair] 3 they #pl
she = [female] she | [male] he
other = [female] he | [male] she
first = [female] {W} | [male] {V}
second = [female] {V} | [male] {W}
her = [sg] [female] her | [sg] [male] his | [pl] their
them = [alone] $first {L} | [pair] $first {L} and $second {H}
daytime = morning | afternoon | evening | night
some_thing_it = 1 {quality.adj} $noun | 1 $noun

past_state = 2 {state.past} | 1 $was {verb.past}
deed = 8 {verb.past} $own_object $when
     | 3 {act.past} $where
     | 4 {temper.adv} {verb.past} $own_object
     | 2 {say.past} that $claim
     | 2 hoped to {verb.base} $own_object
     | 1 spent the $daytime {verb.ing} $own_object
     | 1 counted {2..60>M} {noun.pl} in the morning and {2..60>N} in the evening , {M+N} in all
     | 1 $bought #list {noun.pl!} , {noun.pl!} , $series
     | 1 $was $very {temper.adj}
very = 3 () | 1 very | 1 too | 1 more than
bought = 2 bought | 2 sold | 1 brought | 1 lost
own_object = 6 the $some_thing | 3 a $some_single | 2 $her $some_single | 2 {few.number} $some_plural | 2 that {X} | 2 these {T}
weeks = days | weeks | months
and = 2 and | 1 but | 1 so
link = 7 () | 3 , $and $who {act.past} $where | 2 because the $some_thing_it $past_state
)";
}

} // namespace nanobrain
