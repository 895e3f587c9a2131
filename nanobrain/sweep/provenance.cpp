#include "nanobrain/sweep/provenance.h"

#include <fmt/format.h>

#include <array>
#include <map>

#include "nanobrain/base/error.h"
#include "nanobrain/base/host.h"
#include "nanobrain/base/isa.h"
#include "nanobrain/data/token_file.h"
#include "nanobrain/sweep/confirm.h"
#include "nanobrain/sweep/failure.h"
#include "nanobrain/sweep/summary.h"

namespace nanobrain {

namespace {

constexpr std::array kFacts = {
    Fact{"commit", "commit", Alike::kSweep},
    Fact{"isa", "instruction set", Alike::kSweep},
    Fact{"arithmetic", "arithmetic", Alike::kCell},
    Fact{"libtorch", "LibTorch", Alike::kSweep},
    Fact{"compiler", "compiler", Alike::kNone},
    Fact{"device", "device", Alike::kNone},
    Fact{"cpu", "processor", Alike::kNone},
    Fact{"host", "host", Alike::kNone},
    Fact{"train_xxh3", "training tokens", Alike::kData},
    Fact{"val_xxh3", "validation tokens", Alike::kData},
    Fact{"tokenizer_sha256", "tokenizer", Alike::kData},
    Fact{"timed_on", "host of the times", Alike::kTimes},
    Fact{"timed_threads", "threads of the times", Alike::kTimes}};

std::string text_of(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

/// What is at a path of keys; null where there is nothing.
Json at(const Json& json, std::initializer_list<const char*> keys) {
  Json value = json;
  for (const char* key : keys) {
    if (!value.is_object() || !value.contains(key)) return nullptr;
    value = Json(value[key]);
  }
  return value;
}

/// "bf16", or where they are not alike "bf16 head, f32 blocks".
Json arithmetic_text(const Json& session) {
  const Json head = at(session, {"arithmetic", "head"});
  const Json body = at(session, {"arithmetic", "body"});
  if (head.is_null() || head == body) return head;
  return fmt::format("{} head, {} blocks", text_of(head), text_of(body));
}

/// Adds a value that the sessions before did not have.
void add(Json& facts, const char* key, const Json& value) {
  if (value.is_null()) return;
  const std::string text = text_of(value);
  const std::string before = facts.value(key, "");
  const std::string list = ", " + before + ", ";
  if (list.find(", " + text + ", ") != list.npos) return;
  facts[key] = before.empty() ? text : before + ", " + text;
}

/// Those of a run that would begin here.
Json facts_here(const SweepFolder& folder, const Cell& cell) {
  Json facts = {{"commit", build_commit()}, {"isa", name(active_isa())}};
  const DataConfig data = folder.data_of(cell);
  for (const auto& [key, path] :
       {std::pair{"train_xxh3", data.train}, {"val_xxh3", data.val}}) {
    try {
      const TokenFile file(path);
      facts[key] = fmt::format("{:016x}", file.tokens_hash());
      facts["tokenizer_sha256"] = file.info().tokenizer_hash;
    } catch (const std::exception&) {
      // To be made, or damaged: the run itself says so.
    }
  }
  return facts;
}

/// Finds what differs among facts that come one run after another.
class Comparer {
 public:
  void add(
      const std::string& run,
      const std::string& cell,
      const Json& overrides,
      const Json& facts) {
    std::string data;
    for (const auto& [key, value] : overrides.items()) {
      if (key.starts_with("data.") || key == "tokenizer") data += value.dump();
    }
    for (const Fact& fact : kFacts) {
      if (fact.alike == Alike::kNone || !facts.contains(fact.key)) continue;
      const std::string& group = fact.alike == Alike::kData   ? data
                                 : fact.alike == Alike::kCell ? cell
                                                              : kAll;
      const std::string value = text_of(facts[fact.key]);
      const auto [first, is_new] =
          first_[&fact].try_emplace(group, std::pair{run, value});
      if (is_new || first->second.second == value) continue;
      found_.try_emplace(
          &fact,
          Mixture{
              &fact, first->second.first, run, first->second.second, value});
    }
  }

  /// In the order of the facts.
  std::vector<Mixture> found() const {
    std::vector<Mixture> all;
    for (const auto& [fact, mixture] : found_) all.push_back(mixture);
    return all;
  }

 private:
  inline static const std::string kAll;
  using RunAndValue = std::pair<std::string, std::string>;
  std::map<const Fact*, std::map<std::string, RunAndValue>> first_;
  std::map<const Fact*, Mixture> found_;
};

std::string run_name(const std::string& cell, const RunSeed& seed) {
  return fmt::format("{}/seed-{}", cell, seed.name());
}

bool has_figures(const RunStatus& status) {
  return status.state != "failed" && status.state != "waiting";
}

/// Adds the runs of a cell that have figures, and `own`, whose begun part
/// counts however it ended.
void add_runs(
    const SweepFolder& folder,
    const std::string& id,
    const std::vector<RunSeed>& seeds,
    const RunSeed* own,
    Comparer& comparer) {
  const Json overrides =
      read_json(folder.cell(id) / "cell.json").at("overrides");
  for (const RunSeed& seed : seeds) {
    const SeedFolder run = folder.seed(id, seed);
    const bool counts = own != nullptr && *own == seed;
    if (!counts && !has_figures(status_or_waiting(run))) continue;
    // Damaged, or just gone: that run will be done again.
    failure_of([&] {
      const Json facts = facts_of(run, read_result(run));
      comparer.add(run_name(id, seed), id, overrides, facts);
    });
  }
}

} // namespace

std::span<const Fact> run_facts() {
  return kFacts;
}

Json recorded_facts(const RunFolder& run) {
  Json facts = Json::object();
  if (!fs::exists(run.record())) return facts;
  const Json record = read_json(run.record());
  for (const Json& session : record.value("sessions", Json::array())) {
    add(facts, "commit", at(session, {"host", "commit"}));
    add(facts, "isa", at(session, {"isa"}));
    add(facts, "arithmetic", arithmetic_text(session));
    add(facts, "libtorch", at(session, {"libtorch"}));
    add(facts, "compiler", at(session, {"host", "compiler"}));
    add(facts, "device", at(session, {"device"}));
    add(facts, "cpu", at(session, {"host", "cpu"}));
    add(facts, "host", at(session, {"host", "hostname"}));
  }
  add(facts, "train_xxh3", at(record, {"data", "train", "xxh3"}));
  add(facts, "val_xxh3", at(record, {"data", "val", "xxh3"}));
  add(facts, "tokenizer_sha256", at(record, {"data", "tokenizer", "sha256"}));
  return facts;
}

Json facts_of(const SeedFolder& run, const std::optional<Json>& result) {
  Json facts = Json::object();
  if (!result || !result->contains("commit")) {
    // Damaged: it says nothing.
    failure_of([&] { facts = recorded_facts(run.run()); });
  }
  if (!result) return facts;
  for (const Fact& fact : kFacts) {
    const Json value = result->value(fact.key, Json());
    if (!value.is_null()) facts[fact.key] = value;
  }
  return facts;
}

std::vector<Mixture> find_mixtures(const std::vector<CellSummary>& cells) {
  Comparer comparer;
  for (const CellSummary& cell : cells) {
    for (const RunSummary& run : cell.runs) {
      if (!has_figures(run.status)) continue;
      comparer.add(
          run_name(cell.id, run.seed),
          cell.id,
          cell.facts.at("overrides"),
          run.facts);
    }
  }
  return comparer.found();
}

std::string mixed_keys(const std::vector<Mixture>& mixtures) {
  std::string keys;
  for (const Mixture& m : mixtures) {
    keys += (keys.empty() ? "" : " ") + std::string(m.fact->key);
  }
  return keys;
}

std::string mixed_note(
    const std::vector<Mixture>& mixtures, std::string_view end) {
  std::string list;
  for (const Mixture& m : mixtures) {
    list += fmt::format(
        "{}{} ({}, {})",
        list.empty() ? "" : ", ",
        m.fact->title,
        m.value,
        m.other_value);
  }
  if (list.empty()) return "";
  return fmt::format("the runs are mixed: {}{}", list, end);
}

void require_unmixed(
    const SweepFolder& folder, const Cell& cell, const RunSeed& seed) {
  Comparer comparer;
  const auto add_sweep =
      [&](const SweepFolder& sweep, const SweepConfig& config, bool own) {
        const auto seeds = run_seeds(config);
        std::error_code unlisted; // what cannot be read is not known
        fs::directory_iterator entry(sweep.cells(), unlisted);
        for (; entry != fs::end(entry); entry.increment(unlisted)) {
          const std::string id = entry->path().filename();
          const RunSeed* begun = own && id == cell.id ? &seed : nullptr;
          failure_of([&] { add_runs(sweep, id, seeds, begun, comparer); });
        }
      };
  const SweepConfig config = read_sweep_folder(folder);
  if (is_confirmation(config)) {
    const SweepFolder parent = confirmed_folder(folder);
    add_sweep(parent, read_sweep_folder(parent), /*own=*/false);
  }
  add_sweep(folder, config, /*own=*/true);
  comparer.add(
      run_name(cell.id, seed) + " as it would run here",
      cell.id,
      cell.overrides,
      facts_here(folder, cell));
  for (const Mixture& m : comparer.found()) {
    require(
        m.fact->alike == Alike::kTimes,
        folder.root.string(),
        "{}: {} of {}, but {} of {}; runs of a sweep differ in what it varies "
        "alone: start another folder, or go on with --allow-mixed, and the "
        "tables say so",
        m.fact->title,
        m.value,
        m.run,
        m.other_value,
        m.other);
  }
}

} // namespace nanobrain
