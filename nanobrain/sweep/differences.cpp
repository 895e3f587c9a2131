#include "nanobrain/sweep/differences.h"

#include "nanobrain/base/error.h"
#include "nanobrain/base/table.h"

namespace nanobrain {

std::optional<CellDifference> cell_difference(
    const CellSummary& a, const CellSummary& b) {
  std::vector<double> of_a;
  std::vector<double> of_b;
  for (const RunSummary& run : a.runs) {
    for (const RunSummary& other : b.runs) {
      if (run.seed != other.seed || !run.result || !other.result) continue;
      of_a.push_back(run.result->val_bits_per_byte);
      of_b.push_back(other.result->val_bits_per_byte);
    }
  }
  if (of_a.empty()) return std::nullopt;
  return CellDifference{&a, &b, paired_difference(of_a, of_b)};
}

std::vector<CellDifference> cell_differences(const SweepSummary& sweep) {
  std::vector<CellDifference> all;
  for (size_t i = 0; i < sweep.cells.size(); ++i) {
    for (size_t k = i + 1; k < sweep.cells.size(); ++k) {
      const auto pair = cell_difference(sweep.cells[i], sweep.cells[k]);
      if (pair) all.push_back(*pair);
    }
  }
  return all;
}

const CellSummary* best_cell(const SweepSummary& sweep) {
  const CellSummary* best = nullptr;
  for (const CellSummary& cell : sweep.cells) {
    if (!cell.f32) continue;
    if (best == nullptr ||
        cell.f32->bits_per_byte.mean < best->f32->bits_per_byte.mean) {
      best = &cell;
    }
  }
  return best;
}

std::string markdown_fields(const PairedDifference& difference) {
  const Estimate& d = difference.difference;
  return fmt::format("| {:+.4f} |", d.mean) +
         (d.has_interval() ? fmt::format(
                                 " {:+.4f} to {:+.4f} | {:.2g} |",
                                 d.low,
                                 d.high,
                                 difference.p)
                           : " | |") +
         fmt::format(" {} |", d.values.size());
}

std::string differences_csv(const SweepSummary& sweep) {
  std::string text = csv_line(
      {"a",
       "b",
       "bits_per_byte_difference",
       "sd",
       "low",
       "high",
       "seeds",
       "p"});
  for (const CellDifference& pair : cell_differences(sweep)) {
    const Estimate& d = pair.bits_per_byte.difference;
    text += csv_line(
        {pair.a->id,
         pair.b->id,
         d.mean,
         number_or_null(d.sd),
         number_or_null(d.low),
         number_or_null(d.high),
         d.values.size(),
         number_or_null(pair.bits_per_byte.p)});
  }
  return text;
}

std::string differences_markdown(const SweepSummary& sweep) {
  const CellSummary* best = best_cell(sweep);
  require(best != nullptr, "sweep", "no run is done: there is nothing to tell");
  std::string text = fmt::format(
      "| bits per byte above {} | difference | 95 % interval | p | seeds |\n"
      "|---|---|---|---|---|\n",
      escape_markdown(best->id));
  for (const CellSummary& cell : sweep.cells) {
    if (&cell == best) continue;
    const auto pair = cell_difference(*best, cell);
    if (!pair) continue;
    text += fmt::format(
        "| {} {}\n",
        escape_markdown(cell.id),
        markdown_fields(pair->bits_per_byte));
  }
  return text;
}

} // namespace nanobrain
