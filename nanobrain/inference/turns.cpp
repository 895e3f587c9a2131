#include "nanobrain/inference/turns.h"

namespace nanobrain {

namespace {

Turn take_turn(const TimedRun& run, double seconds) {
  Turn turn;
  const Stopwatch watch;
  do {
    check_interrupted();
    turn.push_back(run());
  } while (watch.seconds() < seconds);
  return turn;
}

} // namespace

std::vector<Round> take_turns(
    const ClockOptions& clock, std::span<const TimedRun> runs) {
  const size_t count = runs.size();
  const double seconds = clock.repetitions ? 0 : clock.turn_seconds;
  size_t first = 0;
  const auto play_round = [&] {
    Round round(count);
    for (size_t i = 0; i < count; ++i) {
      const size_t index = (first + i) % count;
      if (count > 1) take_turn(runs[index], clock.turn_seconds);
      round[index] = take_turn(runs[index], seconds);
    }
    ++first;
    return round;
  };
  return repeat(clock, play_round, count);
}

} // namespace nanobrain
