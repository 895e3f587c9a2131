#include "nanobrain/report/report_data.h"

#include <chrono>
#include <cmath>
#include <set>

#include "nanobrain/base/error.h"
#include "nanobrain/base/fields.h"
#include "nanobrain/base/host.h"
#include "nanobrain/report/run_record.h"
#include "nanobrain/sweep/summary.h"

namespace nanobrain {

namespace fs = std::filesystem;

namespace {

constexpr int64_t kFormat = 1;

Json precision_json(const std::optional<PrecisionSummary>& p) {
  if (!p) return nullptr;
  std::vector<double> perplexities;
  for (const double loss : p->loss.values) {
    perplexities.push_back(std::exp(loss));
  }
  Json front = Json::object();
  for (const auto& [axis, on] : p->front) front[axis] = name(on);
  return {
      {"bytes", p->bytes},
      {"bits_per_byte", p->bits_per_byte.to_json()},
      {"loss", p->loss.to_json()},
      {"perplexity", estimate(perplexities).to_json()},
      {"forward_ms", p->forward_ms.to_json()},
      {"front", front}};
}

Json cell_json(const CellSummary& cell) {
  Json json = {
      {"id", cell.id},
      {"label", cell.id},
      {"overrides", cell.facts.at("overrides")}};
  for (const char* fact : {"parameters", "train_flops", "steps", "tokens"}) {
    json[fact] = cell.facts.at(fact);
  }
  json["seeds"] = cell.seeds_done();
  json["failed"] = cell.count("failed");
  json["f32"] = precision_json(cell.f32);
  json["int8"] = precision_json(cell.int8);
  return json;
}

/// Bits per byte of f32 of two cells, by the seeds that both have.
Json difference_json(const CellSummary& a, const CellSummary& b) {
  std::vector<double> of_a;
  std::vector<double> of_b;
  for (size_t i = 0; i < a.runs.size() && i < b.runs.size(); ++i) {
    if (!a.runs[i].result || !b.runs[i].result) continue;
    of_a.push_back(a.runs[i].result->val_bits_per_byte);
    of_b.push_back(b.runs[i].result->val_bits_per_byte);
  }
  if (of_a.empty()) return nullptr;
  const PairedDifference pair = paired_difference(of_a, of_b);
  Json json = {{"a", a.id}, {"b", b.id}};
  json.update(pair.difference.to_json());
  json.erase("values");
  json.erase("sd");
  json["seeds"] = of_a.size();
  json["p"] = std::isfinite(pair.p) ? Json(pair.p) : Json(nullptr);
  return json;
}

Json sweep_json(
    const fs::path& path, const std::string& name, const SweepSummary& sweep) {
  Json json = {{"name", name}, {"path", path.string()}};
  for (const char* state : {"done", "failed", "running", "waiting"}) {
    json["counts"][state] = sweep.count(state);
  }
  // What was interrupted waits to go on.
  json["counts"]["waiting"] =
      sweep.count("waiting") + sweep.count("interrupted");
  json["keys"] = Json::array();
  json["cells"] = Json::array();
  std::set<std::string> keys;
  for (const CellSummary& cell : sweep.cells) {
    for (const auto& [key, value] : cell.facts.at("overrides").items()) {
      if (keys.insert(key).second) json["keys"].push_back(key);
    }
    json["cells"].push_back(cell_json(cell));
  }
  json["differences"] = Json::array();
  for (size_t i = 0; i < sweep.cells.size(); ++i) {
    for (size_t k = i + 1; k < sweep.cells.size(); ++k) {
      const Json pair = difference_json(sweep.cells[i], sweep.cells[k]);
      if (!pair.is_null()) json["differences"].push_back(pair);
    }
  }
  return json;
}

void add_sweep_runs(
    const fs::path& path,
    const std::string& name,
    const SweepSummary& sweep,
    Json& runs) {
  const SweepFolder folder{path};
  for (const CellSummary& cell : sweep.cells) {
    for (const RunSummary& run : cell.runs) {
      Json json = {
          {"id", fmt::format("{}/{}/seed-{}", name, cell.id, run.seed)},
          {"sweep", name},
          {"cell", cell.id},
          {"seed", run.seed},
          {"state", run.status.state},
          {"error",
           run.status.error.empty() ? Json(nullptr) : Json(run.status.error)}};
      json.update(run_record(folder.seed(cell.id, run.seed).run()));
      json["result"] = run.result ? write_fields(*run.result) : Json(nullptr);
      runs.push_back(std::move(json));
    }
  }
}

Json plain_run_json(const fs::path& path, const std::string& name) {
  const RunFolder run{path};
  const Json facts =
      fs::exists(run.record()) ? read_json(run.record()) : Json();
  const bool done = facts.is_object() && facts.contains("result");
  Json json = {
      {"id", name},
      {"sweep", nullptr},
      {"cell", nullptr},
      {"seed", nullptr},
      {"state", done ? "done" : "running"},
      {"error", nullptr}};
  json.update(run_record(run));
  if (json["config"].contains("train.seed")) {
    json["seed"] = json["config"]["train.seed"];
  }
  json["result"] = done ? facts["result"] : Json(nullptr);
  return json;
}

std::string utc_now() {
  const auto now =
      std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::tm utc{};
  gmtime_r(&now, &utc);
  char text[32];
  std::strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text;
}

} // namespace

Json report_data(
    const std::vector<fs::path>& folders, const std::string& title) {
  Json data = {
      {"format", kFormat},
      {"title", title},
      {"created_at", utc_now()},
      {"build", "nanobrain " + build_commit()},
      {"sweeps", Json::array()},
      {"runs", Json::array()}};
  std::set<std::string> names;
  for (const fs::path& given : folders) {
    fs::path path = fs::absolute(given).lexically_normal();
    if (path.filename().empty()) path = path.parent_path();
    const std::string name = path.filename();
    require(
        names.insert(name).second,
        given.string(),
        "has the name of another folder of this report, {}; rename one",
        name);
    if (fs::exists(SweepFolder{path}.config())) {
      const SweepSummary sweep = summarize_sweep({path});
      data["sweeps"].push_back(sweep_json(path, name, sweep));
      add_sweep_runs(path, name, sweep, data["runs"]);
    } else {
      require(
          fs::exists(RunFolder{path}.config()),
          given.string(),
          "is neither a sweep's folder (sweep.yaml) nor a run's (config.yaml)");
      data["runs"].push_back(plain_run_json(path, name));
    }
  }
  return data;
}

} // namespace nanobrain
