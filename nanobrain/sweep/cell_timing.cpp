#include "nanobrain/sweep/cell_timing.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "nanobrain/base/host.h"
#include "nanobrain/base/interrupt.h"
#include "nanobrain/base/message.h"
#include "nanobrain/config/model_folder.h"
#include "nanobrain/run/run_config_file.h"
#include "nanobrain/sweep/claim.h"
#include "nanobrain/sweep/summary.h"

namespace nanobrain {

namespace {

constexpr int64_t kTimedTokens = 64;
/// Of the files of models that one process opens.
constexpr uintmax_t kMostBytes = uintmax_t{1} << 30;

/// A run and its models.
struct RunModels {
  SeedFolder folder;
  Json result;
  uintmax_t bytes = 0;
};
/// By what has to be the same in one call: the seed, and the tokens of a pass.
using ModelsToTime =
    std::map<std::pair<RunSeed, int64_t>, std::vector<RunModels>>;

struct Timing {
  const SweepFolder& folder;
  const SweepConfig& sweep;
  const RunTools& tools;
  const Claim& claim;
  std::string host = host_facts()["hostname"];

  bool is_timed_here(const Json& result) const {
    return result.contains("forward_ms") &&
           result.value("timed_on", "") == host &&
           result.value("timed_threads", int64_t{0}) == tools.threads;
  }

  /// Empty where every run has times, or runs are left.
  ModelsToTime find_runs() const {
    ModelsToTime found;
    bool missing = false;
    const auto cells = read_cells(folder, sweep);
    if (!is_finished(sweep, cells)) return {};
    for (const CellSummary& cell : cells) {
      for (const RunSummary& run : cell.runs) {
        if (!run.result) continue;
        missing |= !run.result->contains("forward_ms");
        add(folder.seed(cell.id, run.seed), run, found);
      }
    }
    return missing ? found : ModelsToTime();
  }

  void add(const SeedFolder& run, const RunSummary& summary, ModelsToTime& all)
      const {
    const fs::path f32 = run.run().model() / kWeightsFile;
    const fs::path int8 = run.int8() / kInt8WeightsFile;
    // Removed, for their size perhaps: what they took stays.
    if (!fs::exists(f32) || !fs::exists(int8)) return;
    if (is_timed_here(*summary.result)) return;
    const RunConfig config = parse_run_config(run.config());
    const auto tokens = std::min(kTimedTokens, config.model.max_seq_len);
    all[{summary.seed, tokens}].push_back(
        {run, *summary.result, fs::file_size(f32) + fs::file_size(int8)});
  }

  void time(const std::vector<RunModels>& runs, int64_t tokens) const {
    std::vector<std::string> bench = {
        "bench",
        "forward",
        fmt::format("--threads={}", tools.threads),
        fmt::format("--tokens={}", tokens)};
    if (sweep.timing.repetitions) {
      bench.push_back(
          fmt::format("--repetitions={}", *sweep.timing.repetitions));
    }
    for (const RunModels& run : runs) {
      bench.push_back("--model=" + run.folder.run().root.string());
      bench.push_back("--model=" + run.folder.int8().string());
    }
    const fs::path log = folder.root / "timing.log";
    const ChildResult child = tools.run(bench, log, {claim.descriptor()});
    check_interrupted();
    if (!child.ok()) {
      print_message(
          "{} runs have no times: {}; {}",
          runs.size(),
          child.last_line,
          log.string());
      return;
    }
    const Json rows = parse_json(child.out, log.string()).at("rows");
    for (size_t i = 0; i < runs.size(); ++i) {
      Json result = runs[i].result;
      result.update(collect_result(
          all_figures(),
          {{Stage::kForward, rows.at(2 * i)},
           {Stage::kInt8Forward, rows.at(2 * i + 1)}}));
      result["timed_on"] = host;
      result["timed_threads"] = tools.threads;
      write_json(runs[i].folder.result(), result);
    }
  }
};

} // namespace

void time_models(
    const SweepFolder& folder,
    const SweepConfig& sweep,
    const RunTools& tools) {
  const Claim claim = Claim::wait(folder.root / "timing.lock");
  const Timing timing{folder, sweep, tools, claim};
  for (const auto& [key, runs] : timing.find_runs()) {
    const auto& [seed, tokens] = key;
    print_message("timing {} models of seed {}", 2 * runs.size(), seed.name());
    std::vector<RunModels> part;
    uintmax_t bytes = 0;
    for (const RunModels& run : runs) {
      if (!part.empty() && bytes + run.bytes > kMostBytes) {
        timing.time(part, tokens);
        part.clear();
        bytes = 0;
      }
      part.push_back(run);
      bytes += run.bytes;
    }
    timing.time(part, tokens);
  }
}

} // namespace nanobrain
