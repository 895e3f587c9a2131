// Written for this corpus. All forms are regular: -s, and -ed or -d after an e.
#include "nanobrain/synthetic/english_words.h"

namespace nanobrain {

std::string_view english_words() {
  return R"(
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
}

} // namespace nanobrain
