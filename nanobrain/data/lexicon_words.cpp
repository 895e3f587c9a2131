// Written for this corpus. A stem that ends in '+' doubles its last consonant
// before -ed and -ing. Every form of every word differs from all others, which
// the lexicon checks; so a word that is noun and verb appears as one of them.
#include "nanobrain/data/lexicon_words.h"

namespace nanobrain {

namespace {

constexpr TopicWords kTopics[] = {
    {"sea",
     "harbor sail anchor lighthouse mast ferry schooner pier island rudder "
     "voyage compass oar deck reef hull barge buoy lagoon tide canoe gull "
     "shipwreck sandbar",
     "sailor captain fisher navigator lifeguard",
     "steer moor launch tow hoist caulk salvage unload",
     "salty tidal coastal seaworthy nautical brackish windswept buoyant"},
    {"farm",
     "orchard barn meadow pasture cart hedge furrow haystack goat lamb cow "
     "hen granary scythe vineyard turnip melon cherry trough sickle plow "
     "stable fence beehive",
     "farmer shepherd miller gardener reaper",
     "cultivate irrigate prune gather fertilize thresh trim+ graze",
     "fertile rural ripe grassy fallow sunlit leafy shady"},
    {"music",
     "violin melody flute drum trumpet harp song sonata chorus cello ballad "
     "hymn chord anthem opera symphony lute organ waltz fiddle concerto choir "
     "duet rhyme",
     "violinist composer singer drummer conductor",
     "rehearse compose perform tune transpose improvise strum+ applaud",
     "melodic rhythmic loud harmonious lyrical acoustic shrill festive"},
    {"school",
     "lesson classroom notebook library textbook essay pencil blackboard exam "
     "desk dictionary diploma lecture alphabet chapter satchel ruler syllabus "
     "question dormitory scholarship globe inkwell riddle",
     "teacher pupil scholar tutor librarian",
     "study memorize recite translate revise summarize underline learn",
     "academic scholarly elementary bilingual printed handwritten "
     "educational required"},
    {"building",
     "bridge tower wall arch roof brick cathedral pillar staircase beam "
     "chimney scaffold doorway ladder balcony foundation hammer dome corridor "
     "plank crane gate cellar nail",
     "mason carpenter architect builder roofer",
     "construct repair demolish restore erect reinforce plaster renovate",
     "wooden sturdy hollow steep arched crooked vaulted towering"},
    {"astronomy",
     "star planet comet telescope moon orbit eclipse galaxy meteor satellite "
     "observatory constellation nebula crater asteroid lens sundial horizon "
     "aurora rocket antenna spacecraft astrolabe supernova",
     "astronomer physicist astronaut stargazer cosmologist",
     "observe photograph predict discover calculate track locate describe",
     "lunar solar distant bright celestial faint luminous cosmic"},
    {"medicine",
     "hospital bandage remedy clinic vaccine fever symptom wound ward pulse "
     "tablet scalpel syringe surgery stretcher infection ointment thermometer "
     "prescription ambulance pharmacy tonic cough crutch",
     "doctor nurse surgeon physician pharmacist",
     "prescribe examine treat diagnose sterilize administer disinfect cure",
     "contagious sterile medical soothing chronic surgical bitter healthy"},
    {"cooking",
     "kitchen recipe soup oven spoon kettle stew pie sauce biscuit skillet "
     "pancake dumpling onion carrot sausage banquet apron casserole cupboard "
     "teapot omelet noodle pepper",
     "chef baker waiter butcher innkeeper",
     "bake roast boil simmer peel garnish chop+ serve",
     "delicious savory tasty spicy sour crisp sugary buttery"},
    {"forest",
     "tree trail branch oak pine owl fox birch maple squirrel mushroom badger "
     "thicket fern log nest stump beaver woodpecker glade bough burrow acorn "
     "hollyhock",
     "hunter forester ranger trapper woodcutter",
     "chase climb startle shelter uproot trap+ stalk encircle",
     "mossy dense wild evergreen tangled damp woody thorny"},
    {"trade",
     "shop coin ledger warehouse bargain basket contract wagon stall parcel "
     "receipt debt invoice auction caravan bazaar tariff voucher counter crate "
     "commodity warrant showroom deposit",
     "merchant trader broker banker peddler",
     "purchase deliver export import weigh borrow appraise wrap+",
     "expensive cheap profitable costly valuable scarce wholesale surplus"},
    {"weather",
     "storm cloud flood blizzard breeze drought rainbow frost fog hurricane "
     "snowflake raindrop thunderstorm hailstone avalanche gale barometer "
     "icicle puddle heatwave monsoon drizzle sunbeam whirlwind",
     "meteorologist forecaster climatologist onlooker balloonist",
     "endure survive monitor record outlast anticipate dread",
     "icy humid windy foggy rainy cold sultry misty"},
    {"government",
     "law council election treaty parliament tax budget decree ballot senate "
     "ministry charter province statute petition embassy census constitution "
     "amendment verdict republic committee referendum borough",
     "mayor senator minister lawyer governor",
     "propose approve reject repeal amend abolish enforce ratify",
     "civic federal municipal provincial lawful democratic royal official"},
    {"sport",
     "match goal race trophy medal ball stadium tournament bicycle racket "
     "helmet league penalty jersey marathon hurdle arena scoreboard javelin "
     "paddle baton podium relay skateboard",
     "athlete coach runner goalkeeper referee",
     "kick toss pass dribble tackle hurl juggle score",
     "athletic competitive seasonal grueling speedy victorious regional "
     "amateur"},
    {"art",
     "portrait canvas statue gallery sculpture mural brush easel palette "
     "fresco mosaic pigment landscape exhibition masterpiece vase engraving "
     "sketch crayon figurine frame collage watercolor pedestal",
     "painter sculptor curator engraver artist",
     "carve exhibit depict varnish admire display imitate unveil",
     "colorful decorative ornate glossy abstract gilded vivid pale"},
    {"railway",
     "train station locomotive ticket carriage platform engine tunnel rail "
     "signal timetable viaduct boiler junction depot suitcase piston turntable "
     "sleeper switchyard trolley footbridge waybill caboose",
     "engineer passenger stoker porter dispatcher",
     "schedule delay board derail lubricate inspect accelerate reroute",
     "punctual rusty electric narrow noisy mechanical sooty elevated"},
    {"textiles",
     "loom fabric thread needle shawl blanket carpet ribbon garment curtain "
     "spindle button glove cloak tapestry quilt bonnet sweater pattern tunic "
     "stocking spool tassel handkerchief",
     "weaver tailor seamstress dyer spinner",
     "stitch mend embroider knit+ sew fold darn hem+",
     "silken woolen striped soft ragged velvety coarse threadbare"},
    {"mining",
     "mine shaft pit ore lantern nugget quarry crystal gem seam boulder cavern "
     "furnace ingot shovel bucket pickax vein emerald sapphire drill geode "
     "wheelbarrow headlamp",
     "miner prospector geologist smelter overseer",
     "excavate extract crush haul unearth blast sift refine",
     "subterranean golden dusty metallic volcanic shiny jagged molten"},
    {"animals",
     "lion elephant tiger monkey parrot giraffe zebra cage penguin camel "
     "tortoise leopard panther crocodile feather aquarium kangaroo flamingo "
     "peacock otter rhinoceros lizard hippopotamus enclosure",
     "zookeeper veterinarian biologist breeder naturalist",
     "tame groom rescue release capture nurture vaccinate pamper",
     "tropical nocturnal furry scaly exotic feral carnivorous feathery"},
    {"books",
     "book novel poem manuscript letter newspaper page pamphlet journal diary "
     "sonnet legend fable headline typewriter margin paragraph envelope "
     "bookcase preface footnote almanac anthology memoir",
     "author poet editor printer novelist",
     "publish edit annotate quote censor dedicate misplace reprint",
     "literary fictional poetic verbose anonymous legible unabridged "
     "satirical"},
    {"laboratory",
     "experiment microscope magnet battery beaker molecule atom theory "
     "equation prism flask circuit formula sensor pendulum reagent electrode "
     "dynamo catalyst generator thermostat pipette isotope gyroscope",
     "scientist chemist researcher inventor technician",
     "analyze invent test verify distill dissolve ignite calibrate",
     "magnetic acidic radioactive transparent soluble atomic volatile "
     "experimental"},
};

constexpr GeneralWords kGeneral[] = {
    {"noun",
     "stone table box map door wheel rope key window lamp clock chair tool "
     "gift candle mirror bottle bench barrel bag coat hat ring shoe chest jar "
     "sack bowl cup plate umbrella purse picture ornament instrument machine "
     "pot pan rug pillow toy doll puzzle kite wallet brooch necklace bracelet "
     "crown sword shield banner flag torch candlestick hook pulley lever screw "
     "bolt chisel pitcher jug tray basin tub fan drawer"},
    {"role",
     "servant soldier apprentice clerk messenger barber landlord gatekeeper "
     "volunteer notary postmaster locksmith secretary janitor caretaker "
     "gravedigger blacksmith interpreter inspector translator chaplain"},
    {"verb",
     "carry move paint clean polish collect protect destroy use need want "
     "watch remember ignore store remove replace lift cover share praise "
     "own mention prefer+ discuss touch push pull open close compare select "
     "order handle lock unlock guard mark wash rinse stack unpack assemble "
     "dismantle modify donate label trade balance"},
    {"quality",
     "old new famous beautiful heavy strange rare plain fragile ancient huge "
     "tiny modern ugly empty broken perfect worthless ordinary precious "
     "familiar dangerous simple round elegant clumsy slender massive delicate "
     "solid vast deep shallow smooth rough neat dirty shabby peculiar lovely "
     "dreadful pleasant magnificent splendid remarkable typical unusual "
     "mysterious sacred hidden visible portable inferior superior reliable "
     "faulty temporary permanent identical"},
    {"act",
     "work wait travel listen smile argue wander laugh rest walk hesitate "
     "arrive depart hurry shout sigh stroll linger pause dance settle whistle "
     "gaze stumble complain pray stop+ yawn nod+ bow limp retire "
     "apologize shiver loiter chat+ doze gossip return escape protest relax "
     "frown blush cheer wink snore sneeze mumble giggle grumble rejoice "
     "exercise practice shuffle"},
    {"state",
     "remain vanish disappear collapse crumble decay gleam glitter rattle "
     "creak tremble appear glow shine fade float lean crack drift sway rot+ "
     "tilt flicker sparkle shimmer wobble rumble tumble smolder squeak "
     "deteriorate melt bounce roll burn leak warp bulge corrode darken "
     "brighten "
     "sag+ topple shrivel sizzle jingle splinter jam+ swell"},
    {"say",
     "explain claim insist believe declare suggest remark admit+ assume "
     "conclude doubt deny confess reply boast pretend reveal guess warn "
     ""},
    {"temper",
     "patient careful clever brave truthful gentle proud polite stubborn "
     "cheerful curious modest generous skillful cautious eager humble loyal "
     "nervous bold calm thoughtful lazy grumpy playful reckless resolute "
     "sincere solemn tireless timid vain witty zealous courteous earnest "
     "fearless jovial merry prudent restless serene shrewd stern tender "
     "vigilant graceful fierce ingenious tactful energetic secretive sensible "
     "gracious mischievous pensive wise impatient forgetful ambitious"},
    {"virtue",
     "care patience skill pride courage joy caution kindness effort wisdom "
     "gratitude precision sorrow humor zeal dignity devotion curiosity "
     "discipline generosity enthusiasm relief confidence determination haste "
     "silence sincerity suspicion astonishment reluctance elegance ease "
     "delight regularity perseverance tenderness"},
    {"site",
     "church mill square inn river fountain garden castle tavern well hill "
     "park road lake courthouse valley palace theater bakery forge cemetery "
     "dock cliff canal marsh chapel monastery avenue courtyard museum lodge "
     "abbey ruin windmill workshop academy reservoir rampart causeway plaza "
     "fort spring prison cave waterfall pond beach alley hotel pavilion "
     "greenhouse tollhouse embankment crossroad graveyard boathouse sawmill "
     "quay hillside outpost"},
    {"material",
     "wood iron glass copper silver gold clay marble leather paper wool silk "
     "bronze steel granite bamboo ivory tin straw wax porcelain amber cork "
     "limestone velvet"},
    {"often",
     "often rarely always sometimes usually seldom still never hardly soon "
     "already"},
    {"settlement", "town village city port hamlet settlement"},
    {"region",
     "Orlesia Vandria Keltmark Nordmoor Sundale Westria Almadine Carpathel "
     "Ostland Thessaly Meridon Lowmark"},
    {"month",
     "January February March April May June July August September October "
     "November December"},
    {"weekday", "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"},
    {"few", "two three four five six seven eight nine ten eleven twelve"},
};

constexpr NameParts kNames[] = {
    {"female",
     "Mar El Ros Al Cor Jul Hel Isa Nor Lor Cat Bel Dor Tal Fio Gal Ver Ol "
     "Per Sel",
     "ina etta anne issa elle ida"},
    {"male",
     "Ed Har Al Rob Theo Os Con Ger Wil Mor Fred Ber Hum Ro Had Ler Dun Cas "
     "Gar Lam",
     "ric win bert mund ald ton"},
    {"family",
     "Ash Bram Thorn Hart Whit Cald Pen Lang Rad Sten Ells Fen Kes Quar Und "
     "Vex Hol Mar Nor Dray",
     "field ley worth mere man ridge by combe well son"},
    {"place",
     "Tavel Brin Esk Dal Fal Lin Ost Kel Mar Ves Car Hol Port Wen Grim Zan "
     "Ul Rav Sel Tor Bly Cam Pel Ard",
     "mor haven ford burgh wick stow mouth dale holm stead"},
};

} // namespace

std::span<const TopicWords> topic_words() {
  return kTopics;
}
std::span<const GeneralWords> general_words() {
  return kGeneral;
}
std::span<const NameParts> name_parts() {
  return kNames;
}

} // namespace nanobrain
