#include "nanobrain/report/report_data.h"

#include <fmt/chrono.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <ctime>

#include "nanobrain/base/error.h"
#include "nanobrain/report/cell_label.h"
#include "nanobrain/report/page/page.h"
#include "nanobrain/sweep/baseline_tables.h"
#include "nanobrain/sweep/differences.h"
#include "nanobrain/sweep/provenance.h"
#include "nanobrain/sweep/summary.h"

namespace nanobrain {

namespace {

constexpr int64_t kFormat = 1;

std::vector<std::string> parts_of(const fs::path& folder) {
  std::vector<std::string> parts;
  for (const fs::path& part : fs::absolute(folder).lexically_normal()) {
    if (!part.empty()) parts.push_back(part.string());
  }
  return parts;
}

std::string last_parts(const std::vector<std::string>& parts, size_t count) {
  fs::path name;
  for (size_t i = parts.size() - std::min(count, parts.size());
       i < parts.size();
       ++i) {
    name /= parts[i];
  }
  return name.string();
}

Json precision_json(
    const Figures& figures, const std::optional<PrecisionSummary>& p) {
  if (!p) return nullptr;
  Json json = Json::object();
  for (const Figure& figure : figures) {
    const bool shown = figure.per_precision() || figure.censored ||
                       (figure.role != FigureRole::kFact && !figure.known);
    if (!shown || !p->figures.contains(figure.key)) continue;
    json[figure.key] = p->at(figure.key).to_json();
  }
  json["front"] = Json::object();
  for (const auto& [axis, on] : p->front) json["front"][axis] = name(on);
  return json;
}

/// A number, or a name where the data's seed is another.
Json seed_json(const RunSeed& seed) {
  return seed.weights == seed.data ? Json(seed.weights) : Json(seed.name());
}

Json cell_json(
    const Figures& figures, const CellSummary& cell, const std::string& label) {
  Json json = {
      {"id", cell.id},
      {"label", label},
      {"overrides", cell.facts.at("overrides")}};
  for (const Figure& figure : figures) {
    if (figure.known) json[figure.key] = cell.facts.at(figure.key);
  }
  json["seeds"] = Json::array();
  for (const RunSeed& seed : cell.seeds_done()) {
    json["seeds"].push_back(seed_json(seed));
  }
  json["failed"] = cell.count("failed");
  json["censored"] = Json::object(); // of figures that not all runs reach
  for (const Figure& figure : figures) {
    const std::string text = cell.censored_text(figure);
    if (!text.empty()) json["censored"][figure.key] = text;
  }
  json["f32"] = precision_json(figures, cell.f32);
  json["int8"] = precision_json(figures, cell.int8);
  return json;
}

/// What was counted for a cell, and how it stands beside that: `ngram`, the
/// best one, null where there is none; `beside` and `loses` at each precision.
void add_counting(
    const SweepSummary& sweep, const CellSummary& cell, Json& json) {
  const auto ngrams = ngrams_of(sweep, cell);
  json["ngram"] = nullptr;
  if (const CountedNgram* best = best_ngram(ngrams)) {
    json["ngram"] = {
        {"name", best->short_name()},
        {"bits_per_byte", best->bits_per_byte},
        {"tokens", sweep.baselines.of(cell.id)->tokens}};
  }
  for (const Precision precision : kPrecisions) {
    Json& own = json[name(precision)];
    const Json mean = cell.mean(objective(sweep.figures), precision);
    if (own.is_null() || mean.is_null()) continue;
    own["beside"] = describe_against(mean, ngrams);
    own["loses"] = loses(mean, ngrams);
  }
}

/// The same of the cells on the test text.
void add_test_counting(const SweepSummary& sweep, Json& test) {
  if (test.is_null() || sweep.test.looks.empty()) return;
  const auto& cells = sweep.test.looks.back().cells;
  for (size_t i = 0; i < cells.size(); ++i) {
    if (cells[i].test.empty()) continue;
    const double mean = estimate(cells[i].test).mean;
    Json& json = test["cells"][i];
    json["beside"] = describe_against(mean, cells[i].ngrams);
    json["loses"] = loses(mean, cells[i].ngrams);
  }
}

Json comparison_json(const Comparison& c) {
  return {
      {"mean", c.value},
      {"low", number_or_null(c.low)},
      {"high", number_or_null(c.high)},
      {"p", number_or_null(c.p)},
      {"p_holm", number_or_null(c.p_holm)},
      {"p_adjusted", number_or_null(c.p_adjusted)},
      {"simultaneous_low", number_or_null(c.simultaneous_low)},
      {"simultaneous_high", number_or_null(c.simultaneous_high)}};
}

Json differences_json(const SweepSummary& sweep) {
  Json json = Json::array();
  for (const CellDifference& pair : cell_differences(sweep)) {
    json.push_back({{"a", pair.a->id}, {"b", pair.b->id}});
    json.back().update(comparison_json(pair));
  }
  return json;
}

Json effects_json(const SweepSummary& sweep) {
  Json json = Json::array();
  for (const KeyEffect& effect : key_effects(sweep)) {
    json.push_back(
        {{"key", effect.key},
         {"from", cell_label({{effect.key, effect.from}})},
         {"to", cell_label({{effect.key, effect.to}})},
         {"pairs", effect.pairs}});
    json.back().update(comparison_json(effect));
  }
  return json;
}

Json sweep_json(const ReportFolder& folder, const SweepSummary& sweep) {
  Json json = {{"name", folder.name}, {"path", folder.given.string()}};
  for (const char* state : {"done", "failed", "running", "waiting"}) {
    json["counts"][state] = sweep.count(state);
  }
  // What was interrupted waits to be resumed.
  json["counts"]["waiting"] =
      sweep.count("waiting") + sweep.count("interrupted");
  json["keys"] = sweep.override_keys();
  json["cells"] = Json::array();
  const auto labels = cell_labels(sweep.cells);
  for (size_t i = 0; i < sweep.cells.size(); ++i) {
    json["cells"].push_back(
        cell_json(sweep.figures, sweep.cells[i], labels[i]));
    add_counting(sweep, sweep.cells[i], json["cells"].back());
  }
  const CellSummary* best = best_cell(sweep);
  json["best"] = best == nullptr ? Json() : Json(best->id);
  json["mixed"] = mixed_note(find_mixtures(sweep.cells));
  json["model"] = compared_cells(sweep, Precision::kF32).model.decision();
  json["differences"] = differences_json(sweep);
  json["effects"] = effects_json(sweep);
  json.update(closing_json(sweep));
  add_test_counting(sweep, json["test"]);
  return json;
}

/// What the page knows of a run; `own` adds what a kind of run has.
Json run_json(const std::string& id, const RunFolder& run, const Json& own) {
  Json json = {
      {"id", id},
      {"sweep", nullptr},
      {"cell", nullptr},
      {"seed", nullptr},
      {"state", nullptr},
      {"error", nullptr}};
  json.update(run_record(run));
  json["result"] = nullptr;
  json.update(own);
  return json;
}

void add_sweep_runs(
    const ReportFolder& folder, const SweepSummary& sweep, Json& runs) {
  for (const CellSummary& cell : sweep.cells) {
    for (const RunSummary& run : cell.runs) {
      const SeedFolder seed = SweepFolder{folder.given}.seed(cell.id, run.seed);
      const std::string& error = run.status.error;
      runs.push_back(run_json(
          fmt::format("{}/{}/seed-{}", folder.name, cell.id, run.seed.name()),
          seed.run(),
          {{"sweep", folder.name},
           {"cell", cell.id},
           {"seed", seed_json(run.seed)},
           {"state", run.status.state},
           {"error", error.empty() ? Json() : Json(error)},
           {"result", run.result.value_or(nullptr)}}));
    }
  }
}

Json plain_run_json(const ReportFolder& folder) {
  const RunFolder run{folder.given};
  Json json = run_json(folder.name, run, {{"state", "running"}});
  json["seed"] = json["config"].value("train.seed", Json());
  const Json facts =
      fs::exists(run.record()) ? read_json(run.record()) : Json();
  if (facts.contains("result")) {
    json["state"] = "done";
    json["result"] = facts["result"];
    for (const char* path : {"model", "best_model"}) json["result"].erase(path);
  }
  return json;
}

/// "a, b".
std::string join_names(const std::vector<ReportFolder>& folders) {
  std::vector<std::string> names;
  for (const ReportFolder& folder : folders) names.push_back(folder.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

std::string utc_now() {
  const auto now = std::time(nullptr);
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(now));
}

} // namespace

Json report_data(
    const std::vector<fs::path>& folders,
    const std::string& title,
    const std::string& build,
    const Figures& figures) {
  const auto named = name_folders(folders);
  Json data = {
      {"format", kFormat},
      {"title", title.empty() ? join_names(named) : title},
      {"created_at", utc_now()},
      {"build", build},
      {"figures", figures_json(without_target(figures))},
      {"sweeps", Json::array()},
      {"runs", Json::array()}};
  for (const ReportFolder& folder : named) {
    if (fs::exists(SweepFolder{folder.given}.config())) {
      const SweepSummary sweep = summarize_sweep({folder.given}, figures);
      if (sweep.config.target) data["figures"] = figures_json(figures);
      data["sweeps"].push_back(sweep_json(folder, sweep));
      add_sweep_runs(folder, sweep, data["runs"]);
    } else {
      require(
          fs::exists(RunFolder{folder.given}.config()),
          folder.given.string(),
          "is neither a sweep's folder (sweep.yaml) nor a run's (config.yaml)");
      data["runs"].push_back(plain_run_json(folder));
    }
  }
  return data;
}

std::string report_json(const Json& data) {
  const std::string text =
      data.dump(-1, ' ', false, Json::error_handler_t::replace);
  std::string safe;
  safe.reserve(text.size());
  for (const char c : text) {
    if (c == '<') {
      safe += "\\u003c";
    } else {
      safe += c;
    }
  }
  return safe;
}

std::string report_html(const Json& data) {
  std::string page(report_page());
  page.insert(
      page.find(kReportDataTag) + kReportDataTag.size(), report_json(data));
  return page;
}

std::vector<ReportFolder> name_folders(const std::vector<fs::path>& folders) {
  std::vector<std::vector<std::string>> parts;
  for (const fs::path& folder : folders) {
    parts.push_back(parts_of(folder));
    require<UsageError>(
        std::count(parts.begin(), parts.end(), parts.back()) == 1,
        folder.string(),
        "is given twice");
  }
  std::vector<ReportFolder> named;
  for (size_t i = 0; i < folders.size(); ++i) {
    const auto is_shared = [&](const std::string& name, size_t count) {
      return std::count_if(parts.begin(), parts.end(), [&](const auto& others) {
               return last_parts(others, count) == name;
             }) > 1;
    };
    size_t count = 1;
    while (is_shared(last_parts(parts[i], count), count)) ++count;
    named.push_back({folders[i], last_parts(parts[i], count)});
  }
  return named;
}

} // namespace nanobrain
