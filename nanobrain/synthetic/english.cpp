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

/// The stems of words: a line a class, most frequent first; an indented line
/// continues the one above. [topic] begins the words of a topic, [general]
/// those of none. "A B + c d" is every beginning with every ending, and what
/// follows a second + the further forms of each. All forms are regular: -s, and
/// -ed or -d after an e.
constexpr std::string_view kWords = R"(
[topic]
noun harbor sail anchor lighthouse mast schooner pier island rudder voyage oar deck reef hull barge buoy lagoon tide
  canoe gull shipwreck sandbar
role sailor captain fisher navigator lifeguard
verb steer moor tow hoist caulk salvage unload
quality salty tidal coastal seaworthy nautical brackish windswept buoyant
[topic]
noun orchard barn meadow pasture cart hedge furrow haystack goat lamb cow hen scythe vineyard turnip melon trough
  sickle plow stable fence beehive
role farmer shepherd miller gardener reaper
verb cultivate irrigate prune gather fertilize graze
quality fertile rural ripe grassy fallow sunlit leafy shady
[topic]
noun violin flute drum trumpet harp song sonata cello ballad hymn chord anthem opera lute organ fiddle concerto choir
  duet rhyme
role violinist composer singer drummer conductor
verb rehearse compose perform tune transpose improvise applaud
quality melodic rhythmic loud harmonious lyrical acoustic shrill festive
[topic]
noun lesson classroom notebook textbook essay pencil blackboard exam desk diploma lecture alphabet chapter satchel
  ruler question scholarship globe inkwell riddle
role teacher pupil scholar tutor librarian
verb memorize recite translate revise summarize underline learn
quality academic scholarly elementary bilingual printed handwritten educational required
[topic]
noun bridge tower wall roof brick cathedral pillar staircase beam chimney scaffold doorway ladder foundation hammer
  dome corridor plank crane gate cellar nail
role mason carpenter architect builder roofer
verb construct repair restore erect reinforce plaster renovate
quality wooden sturdy hollow steep arched crooked vaulted towering
[topic]
noun star planet comet telescope moon orbit eclipse meteor satellite constellation nebula crater asteroid sundial
  horizon aurora rocket antenna spacecraft astrolabe supernova
role astronomer physicist astronaut stargazer cosmologist
verb observe photograph predict discover calculate track locate describe
quality lunar solar distant bright celestial faint luminous cosmic
[topic]
noun hospital bandage clinic vaccine fever symptom wound ward pulse tablet scalpel syringe stretcher infection
  ointment thermometer prescription ambulance tonic cough
role doctor nurse surgeon physician pharmacist
verb prescribe examine treat diagnose sterilize administer disinfect cure
quality contagious sterile medical soothing chronic surgical bitter healthy
[topic]
noun kitchen recipe soup oven spoon kettle stew pie sauce biscuit skillet pancake dumpling onion carrot sausage
  banquet apron casserole cupboard teapot omelet noodle pepper
role chef baker waiter butcher innkeeper
verb bake roast boil simmer peel serve
quality delicious savory tasty spicy sour crisp sugary buttery
[topic]
noun tree trail oak pine owl maple squirrel mushroom badger thicket fern log nest stump beaver woodpecker glade bough
  burrow acorn hollyhock
role hunter forester ranger trapper woodcutter
verb chase climb startle shelter uproot stalk encircle
quality mossy dense wild evergreen tangled damp woody thorny
[topic]
noun storm cloud flood blizzard breeze drought rainbow frost fog hurricane snowflake raindrop thunderstorm hailstone
  avalanche gale barometer icicle puddle heatwave monsoon drizzle sunbeam whirlwind
role meteorologist forecaster climatologist onlooker balloonist
verb endure survive monitor record outlast anticipate dread
quality icy humid windy foggy rainy cold sultry misty
[topic]
noun goal race medal ball stadium tournament bicycle racket helmet league jersey marathon hurdle arena scoreboard
  javelin paddle baton podium relay skateboard
role athlete runner goalkeeper referee
verb kick dribble tackle hurl juggle score
quality athletic competitive seasonal grueling speedy victorious regional amateur
[topic]
noun mine shaft pit ore lantern nugget crystal gem seam boulder cavern furnace ingot shovel bucket vein emerald
  sapphire drill geode wheelbarrow headlamp
role miner prospector geologist smelter overseer
verb excavate extract haul unearth blast sift refine
quality subterranean golden dusty metallic volcanic shiny jagged molten
[topic]
noun book novel poem manuscript letter newspaper page pamphlet journal sonnet legend fable headline typewriter margin
  paragraph envelope bookcase preface footnote almanac memoir
role author poet editor printer novelist
verb edit annotate quote censor dedicate misplace reprint
quality literary fictional poetic verbose anonymous legible unabridged satirical
[general]
role servant soldier apprentice clerk messenger barber landlord gatekeeper volunteer postmaster locksmith janitor
  caretaker gravedigger blacksmith interpreter
verb move paint clean collect protect destroy use need want remember ignore store remove replace lift cover share
  praise own mention pull open close compare select order handle lock unlock guard mark rinse stack unpack assemble
  dismantle donate label trade balance
quality old new famous beautiful heavy strange rare plain fragile ancient huge tiny modern ugly empty broken perfect
  worthless ordinary precious familiar dangerous simple round elegant clumsy slender massive delicate solid vast deep
  shallow smooth rough neat dirty shabby peculiar lovely dreadful pleasant magnificent splendid remarkable typical
  unusual mysterious
act work wait travel listen smile argue wander laugh rest walk hesitate arrive depart shout sigh stroll linger pause
  dance settle whistle gaze stumble complain pray yawn bow limp retire apologize shiver loiter doze gossip return
  escape protest frown cheer wink
state remain disappear collapse crumble decay gleam glitter rattle creak tremble appear glow shine fade float lean
  crack drift sway tilt flicker sparkle shimmer wobble rumble tumble smolder squeak deteriorate melt bounce roll burn
  leak warp bulge
temper patient careful clever brave truthful gentle proud polite stubborn cheerful curious modest generous skillful
  cautious eager humble loyal nervous bold calm thoughtful lazy grumpy playful reckless resolute sincere solemn
  tireless timid vain witty zealous courteous earnest fearless jovial merry prudent restless serene shrewd stern
site mill square inn river fountain garden castle tavern well hill park road lake courthouse valley palace theater
  forge dock cliff canal chapel avenue courtyard museum lodge abbey ruin windmill workshop reservoir rampart causeway
  plaza fort spring prison cave waterfall pond alley hotel pavilion greenhouse
settlement town village city port hamlet settlement
region Orlesia Vandria Keltmark Nordmoor Sundale Westria Almadine Carpathel Ostland Thessaly Meridon Lowmark
weekday Monday Tuesday Wednesday Thursday Friday Saturday Sunday
few two three four five six seven eight nine ten eleven twelve
person Mar El Ros Al Cor Jul Hel Isa Nor Lor Cat Bel Dor Tal Fio Gal Ver Ol Per Sel + ina etta anne issa elle ida +
  she her
person Ed Har Al Rob Theo Os Con Ger Wil Mor Fred Ber Hum Ro Had Ler Dun Cas Gar Lam + ric win bert mund ald ton + he
  his
family Ash Bram Thorn Hart Whit Cald Pen Lang Rad Sten Ells Fen Kes Quar Und Vex Hol Mar Nor Dray + field ley worth
  mere man ridge by combe well son
place Tavel Brin Esk Dal Fal Lin Ost Kel Mar Ves Car Hol Port Wen Grim Zan Ul Rav Sel Tor Bly Cam Pel Ard + mor haven
  ford burgh wick stow mouth dale holm stead
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

/// A class without words: nouns are things, people by what they do (role), and
/// parts of a town and its land (site); verbs what people do to things, what
/// people do (act), and what things do (state).
WordClass make_class(const std::string& name) {
  if (name == "noun" || name == "role" || name == "site") {
    return {name, {"sg", "pl"}, {}};
  }
  if (name == "verb" || name == "act" || name == "state") {
    return {name, {"base", "s", "past"}, {}};
  }
  if (name == "person") return {name, {"name", "she", "her"}, {}};
  return {name, {""}, {}};
}

/// A stem in the forms of its class; a person's are given.
Forms inflect(const WordClass& word_class, const std::string& stem) {
  if (word_class.forms.front() == "sg") return {stem, stem + "s"};
  if (word_class.forms.front() != "base") return split_at(' ', stem);
  return {stem, stem + "s", stem + (stem.ends_with('e') ? "d" : "ed")};
}

/// The stems of a line of kWords.
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
  Lexicon lexicon;
  int topics = 0;
  int topic = -1;
  std::string text(kWords);
  for (size_t at; (at = text.find("\n  ")) != text.npos;) text.erase(at, 2);
  for (const std::string& line : split_at('\n', text)) {
    if (line.starts_with('[')) {
      topic = line == "[topic]" ? topics++ : -1;
      continue;
    }
    const size_t space = line.find(' ');
    const std::string name = line.substr(0, space);
    auto found = std::ranges::find(lexicon, name, &WordClass::name);
    if (found == lexicon.end()) found = lexicon.insert(found, make_class(name));
    uint32_t rank = 0; // weights by Zipf's law
    for (const std::string& stem : read_stems(line.substr(space))) {
      found->words.push_back(
          {inflect(*found, stem), topic, 6000 / (rank++ + 12)});
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
