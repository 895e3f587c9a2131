#include "nanobrain/sweep/budget.h"

#include <algorithm>
#include <cmath>

#include "nanobrain/sweep/claim.h"
#include "nanobrain/sweep/speed.h"

namespace nanobrain {

int64_t steps_in(double minutes, const Cell& cell, const RunTools& tools) {
  const double per_step = static_cast<double>(cell.config.tokens_per_step());
  const double steps = 60 * minutes * measure_speed(cell, tools) / per_step;
  return std::llround(std::clamp(steps, 1.0, 1e15));
}

void set_steps_by_minutes(
    const SweepFolder& folder,
    double minutes,
    const RunTools& tools,
    std::vector<Cell>& cells) {
  // Once for all workers, which have to agree.
  const Claim claim = Claim::wait(folder.root / "minutes.lock");
  for (Cell& cell : cells) {
    int64_t& steps = cell.config.train.steps;
    if (const auto known = read_cell_steps(folder, cell.id)) {
      steps = *known;
      continue;
    }
    steps = steps_in(minutes, cell, tools);
    write_cell(folder, cell);
  }
}

} // namespace nanobrain
