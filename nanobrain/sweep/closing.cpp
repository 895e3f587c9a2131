#include "nanobrain/sweep/closing.h"

#include <algorithm>
#include <cmath>

#include "nanobrain/base/error.h"
#include "nanobrain/base/fields.h"
#include "nanobrain/base/message.h"
#include "nanobrain/run/run_config_file.h"
#include "nanobrain/sweep/baseline_tables.h"
#include "nanobrain/sweep/confirm.h"
#include "nanobrain/sweep/differences.h"
#include "nanobrain/sweep/failure.h"
#include "nanobrain/sweep/stored.h"
#include "nanobrain/sweep/summary.h"
#include "nanobrain/sweep/worker.h"

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
        {"windows", train.windows_of(train.steps)},
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

/// Left alone where it says so already.
template <class T>
void store(const fs::path& path, const T& now) {
  const Json json = write_fields(now);
  if (json != write_fields(read_stored<T>(path))) write_json(path, json);
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
    auto arguments = eval_arguments(
        run.folder.run().root, text, config.train.seq_len, tools.threads);
    if (count) {
      arguments.push_back("--baseline-tokens=" + config.data.train.string());
    }
    return tools.json(
        arguments, folder.root / "closing.log", {claim.descriptor()});
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
    require(
        evaluation.at("baseline_seen").get<bool>(),
        run.config.data.train.string(),
        "is not the file that the run was trained on");
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
    const bool is_new = own == all.end();
    if (is_new) {
      own = all.insert(all.end(), count(runs.front(), budget));
    }
    for (CountedBaselines& other : all) std::erase(other.cells, cell.id);
    own->cells.push_back(cell.id);
    std::erase_if(all, [](const auto& other) { return other.cells.empty(); });
    if (is_new) store(folder.baselines(), baselines); // a signal may come
  }

  void store_baselines() const {
    SweepBaselines all = sweep.baselines;
    all.missing.clear();
    std::vector<std::string> without;
    std::string reason;
    for (const CellSummary& cell : sweep.cells) {
      const auto why = failure_of([&] { add_cell(cell, all); });
      if (why.empty()) continue;
      if (without.empty()) reason = why;
      without.push_back(cell.id);
    }
    if (!without.empty()) all.missing = describe_cells(without) + ": " + reason;
    store(folder.baselines(), all);
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
    for (const auto& [name, path] : sweep.config.measure.items()) {
      for (const DoneRun& run : done_runs(cell)) {
        chosen.measured[name].push_back(
            evaluate(run, path.get<std::string>(), false).at("bits_per_byte"));
      }
    }
    if (!chosen.measured.empty()) return;
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
      if (sweep.config.measure.empty() &&
          !fs::exists(done_runs(*cell).front().test())) {
        throw Error("no test.tokens");
      }
    }
    for (size_t i = 0; i < cells.size(); ++i) {
      print_message(
          "evaluating {} on {}",
          cells[i]->id,
          sweep.config.measure.empty() ? "test.tokens"
                                       : "what it is reported on");
      evaluate_on_test(look.cells[i], *cells[i]);
    }
    figure.looks.push_back(std::move(look));
  }

  void store_test_figure() const {
    TestFigure figure = sweep.test;
    figure.missing = failure_of([&] {
      if (is_confirmation(sweep.config)) {
        const fs::path parent = confirmed_folder(folder).test();
        figure.looks_before = std::max(
            figure.looks_before,
            std::ssize(read_stored<TestFigure>(parent).looks));
      }
      look_at_test(figure);
    });
    store(folder.test(), figure);
  }
};

} // namespace

void close_sweep(
    const SweepFolder& folder, const RunTools& tools, const Claim& claim) {
  const SweepSummary sweep = summarize_sweep(folder);
  if (!sweep.finished()) return;
  const Closing closing{folder, sweep, tools, claim};
  closing.store_baselines();
  closing.store_test_figure();
}

} // namespace nanobrain
