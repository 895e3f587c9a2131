#include "nanobrain/sweep/closing.h"

#include <algorithm>
#include <cmath>

#include "nanobrain/base/error.h"
#include "nanobrain/base/fields.h"
#include "nanobrain/base/interrupt.h"
#include "nanobrain/base/message.h"
#include "nanobrain/run/run_config_file.h"
#include "nanobrain/sweep/claim.h"
#include "nanobrain/sweep/confirm.h"
#include "nanobrain/sweep/differences.h"
#include "nanobrain/sweep/summary.h"

namespace nanobrain {

namespace {

// Tables show four decimals; two devices differ by less.
constexpr double kSameFigure = 1e-4;

/// The folder of a finished run, and its config as it was trained.
struct DoneRun {
  SeedFolder folder;
  RunConfig config;
  const RunSummary* summary;

  fs::path test() const {
    return config.data.val.parent_path() / "test.tokens";
  }
  /// What its n-grams depend on, but for the order of its windows.
  Json budget() const {
    const Json data = read_json(folder.run().record()).at("data");
    const TrainConfig& train = config.train;
    return {
        {"train_xxh3", data.at("train").at("xxh3")},
        {"val_xxh3", data.at("val").at("xxh3")},
        {"windows", train.steps * train.grad_accum_steps * train.batch_size},
        {"seq_len", train.seq_len}};
  }
};

std::vector<CountedNgram> ngrams_of(const Json& evaluation) {
  std::vector<CountedNgram> ngrams;
  for (const Json& row : evaluation.at("baselines")) {
    ngrams.push_back({row.at("name"), row.at("bits_per_byte")});
  }
  return ngrams;
}

/// Why `part` could not be done; empty where it was.
template <class Part>
std::string failure_of(const Part& part) {
  try {
    part();
    return "";
  } catch (const Interrupted&) {
    throw;
  } catch (const Error& error) {
    return error.what();
  } catch (const Json::exception& error) {
    return fmt::format("a file is not as expected: {}", error.what());
  }
}

struct Closing {
  const SweepFolder& folder;
  const SweepSummary& sweep;
  const RunTools& tools;
  const Claim& claim;

  std::vector<DoneRun> done_runs(const CellSummary& cell) const {
    std::vector<DoneRun> done;
    for (const RunSummary& run : cell.runs) {
      if (!run.result) continue;
      const SeedFolder at = folder.seed(cell.id, run.seed);
      done.push_back({at, parse_run_config(at.config()), &run});
    }
    return done;
  }

  /// `nanobrain eval` as the runs' own figures are made, of the f32 model.
  Json evaluate(const DoneRun& run, const fs::path& text, bool count) const {
    const RunConfig& config = run.config;
    std::vector<std::string> arguments = {
        "eval",
        "--model=" + run.folder.run().root.string(),
        "--input=" + text.string(),
        fmt::format("--context={}", config.train.seq_len),
        fmt::format("--threads={}", tools.threads)};
    if (count) {
      arguments.push_back("--baseline-tokens=" + config.data.train.string());
    }
    const fs::path log = folder.root / "closing.log";
    const ChildResult child = tools.run(arguments, log, {claim.descriptor()});
    check_interrupted();
    require(child.ok(), log.string(), "eval failed: {}", child.last_line);
    return parse_json(child.out, log.string());
  }

  CountedBaselines count(const DoneRun& run, const Json& budget) const {
    print_message("counting n-grams on what {} saw", run.folder.root.string());
    const Json evaluation = evaluate(run, run.config.data.val, true);
    const double now = evaluation.at("bits_per_byte");
    const double then =
        *objective(sweep.figures).of(*run.summary->result, Precision::kF32);
    require(
        std::abs(now - then) < kSameFigure,
        run.config.data.val.string(),
        "gives {:.4f} bits per byte and gave {:.4f} when the run ended: it or "
        "the model is another one now",
        now,
        then);
    return {
        .budget = budget,
        .cells = {},
        .data_seed = run.config.train.data_seed,
        .tokens = evaluation.at("baseline_tokens"),
        .counted = evaluation.at("baseline_counted"),
        .ngrams = ngrams_of(evaluation)};
  }

  /// Puts a cell to those of its budget, which are counted where they are not
  /// yet.
  void add_cell(const CellSummary& cell, SweepBaselines& baselines) const {
    const auto runs = done_runs(cell);
    if (runs.empty()) return;
    const Json budget = runs.front().budget();
    auto& all = baselines.counted;
    auto own = std::ranges::find(all, budget, &CountedBaselines::budget);
    if (own == all.end()) {
      own = all.insert(all.end(), count(runs.front(), budget));
    }
    for (CountedBaselines& other : all) std::erase(other.cells, cell.id);
    own->cells.push_back(cell.id);
  }

  SweepBaselines baselines() const {
    SweepBaselines all = sweep.baselines;
    all.missing.clear();
    for (const CellSummary& cell : sweep.cells) {
      const auto why = failure_of([&] { add_cell(cell, all); });
      if (!why.empty()) all.missing = why;
    }
    std::erase_if(
        all.counted, [](const auto& counted) { return counted.cells.empty(); });
    return all;
  }

  std::vector<const CellSummary*> chosen_cells() const {
    if (!is_confirmation(sweep.config)) {
      const CellSummary* best = best_cell(sweep);
      if (best == nullptr) return {};
      return {best};
    }
    const ComparedCells compared = compared_cells(sweep, Precision::kF32);
    std::vector<const CellSummary*> cells;
    for (const size_t cell : compared.complete()) {
      cells.push_back(compared.cells[cell]);
    }
    return cells;
  }

  TestedCell as_chosen(const CellSummary& cell) const {
    TestedCell chosen;
    chosen.id = cell.id;
    const Figure& figure = objective(sweep.figures);
    for (const RunSummary& run : cell.runs) {
      if (!run.result) continue;
      chosen.seeds.push_back(run.seed.name());
      chosen.val.push_back(*figure.of(*run.result, Precision::kF32));
    }
    return chosen;
  }

  void evaluate_on_test(TestedCell& chosen, const CellSummary& cell) const {
    for (const DoneRun& run : done_runs(cell)) {
      const bool first = chosen.test.empty();
      const Json evaluation = evaluate(run, run.test(), first);
      chosen.test.push_back(evaluation.at("bits_per_byte"));
      if (first) chosen.ngrams = ngrams_of(evaluation);
    }
  }

  void look_at_test(TestFigure& figure) const {
    TestLook look;
    const auto cells = chosen_cells();
    for (const CellSummary* cell : cells) {
      look.cells.push_back(as_chosen(*cell));
    }
    if (cells.empty()) return;
    if (!figure.looks.empty() &&
        std::ranges::equal(
            look.cells, figure.looks.back().cells, &TestedCell::is_choice_of)) {
      return;
    }
    for (const CellSummary* cell : cells) {
      if (!fs::exists(done_runs(*cell).front().test())) {
        figure.missing = "no test.tokens";
        return;
      }
    }
    for (size_t i = 0; i < cells.size(); ++i) {
      print_message("evaluating {} on test.tokens", cells[i]->id);
      evaluate_on_test(look.cells[i], *cells[i]);
    }
    figure.looks.push_back(std::move(look));
  }

  TestFigure test_figure() const {
    TestFigure figure = sweep.test;
    figure.missing.clear();
    const auto why = failure_of([&] { look_at_test(figure); });
    if (!why.empty()) figure.missing = why;
    return figure;
  }
};

/// Left alone where it says so already.
template <class T>
void store(const fs::path& path, const T& before, const T& now) {
  const Json json = write_fields(now);
  if (json != write_fields(before)) write_json(path, json);
}

} // namespace

void close_sweep(const SweepFolder& folder, const RunTools& tools) {
  const Claim claim = Claim::wait(folder.root / "closing.lock");
  const SweepSummary sweep = summarize_sweep(folder);
  if (!sweep.finished()) return;
  const Closing closing{folder, sweep, tools, claim};
  store(folder.baselines(), sweep.baselines, closing.baselines());
  store(folder.test(), sweep.test, closing.test_figure());
}

} // namespace nanobrain
