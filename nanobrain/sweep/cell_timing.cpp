#include "nanobrain/sweep/cell_timing.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "nanobrain/base/host.h"
#include "nanobrain/base/message.h"
#include "nanobrain/config/model_folder.h"
#include "nanobrain/run/run_config_file.h"
#include "nanobrain/sweep/failure.h"
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

struct TimesToTake {
  ModelsToTime missing;
  ModelsToTime elsewhere; // of another host or number of threads
};

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

  /// Empty where runs are left.
  TimesToTake find_runs() const {
    TimesToTake found;
    const auto cells = read_cells(folder, sweep);
    if (!is_finished(sweep, cells)) return found;
    for (const CellSummary& cell : cells) {
      for (const RunSummary& run : cell.runs) {
        if (!run.result) continue;
        const SeedFolder at = folder.seed(cell.id, run.seed);
        say(at, failure_of([&] { add(at, run, found); }));
      }
    }
    return found;
  }

  void add(const SeedFolder& run, const RunSummary& summary, TimesToTake& all)
      const {
    const fs::path f32 = run.run().model() / kWeightsFile;
    const fs::path int8 = run.int8() / kInt8WeightsFile;
    // Removed, for their size perhaps: what they took stays.
    if (!fs::exists(f32) || !fs::exists(int8)) return;
    const Json& result = *summary.result;
    if (is_timed_here(result)) return;
    const RunConfig config = parse_run_config(run.config());
    const auto tokens = std::min(kTimedTokens, config.model.max_seq_len);
    const auto bytes = fs::file_size(f32) + fs::file_size(int8);
    auto& runs = result.contains("forward_ms") ? all.elsewhere : all.missing;
    runs[{summary.seed, tokens}].push_back({run, result, bytes});
  }

  /// True where a run has times of here now.
  bool time(const ModelsToTime& all) const {
    bool any = false;
    for (const auto& [key, runs] : all) {
      const auto& [seed, tokens] = key;
      print_message(
          "timing {} models of seed {}", 2 * runs.size(), seed.name());
      std::vector<RunModels> part;
      uintmax_t bytes = 0;
      for (const RunModels& run : runs) {
        if (!part.empty() && bytes + run.bytes > kMostBytes) {
          any |= time(part, tokens);
          part.clear();
          bytes = 0;
        }
        part.push_back(run);
        bytes += run.bytes;
      }
      any |= time(part, tokens);
    }
    return any;
  }

 private:
  static void say(const SeedFolder& run, const std::string& failure) {
    if (failure.empty()) return;
    print_message("{} was not timed: {}", run.root.string(), failure);
  }

  bool time(const std::vector<RunModels>& runs, int64_t tokens) const {
    const auto failure = failure_of([&] { bench(runs, tokens); });
    if (failure.empty()) return true;
    if (runs.size() == 1) {
      say(runs.front().folder, failure);
      return false;
    }
    // What is damaged costs its own run alone.
    bool any = false;
    for (const RunModels& run : runs) any |= time(std::vector{run}, tokens);
    return any;
  }

  void bench(const std::vector<RunModels>& runs, int64_t tokens) const {
    std::vector<std::string> arguments = {
        "bench",
        "forward",
        fmt::format("--threads={}", tools.threads),
        fmt::format("--tokens={}", tokens)};
    if (sweep.timing.repetitions) {
      arguments.push_back(
          fmt::format("--repetitions={}", *sweep.timing.repetitions));
    }
    for (const RunModels& run : runs) {
      arguments.push_back("--model=" + run.folder.run().root.string());
      arguments.push_back("--model=" + run.folder.int8().string());
    }
    const fs::path log = folder.root / "timing.log";
    const Json rows =
        tools.json(arguments, log, {claim.descriptor()}).at("rows");
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
    const RunTools& tools,
    const Claim& claim) {
  const Timing timing{folder, sweep, tools, claim};
  const TimesToTake runs = timing.find_runs();
  // What cannot be timed would have the workers of two hosts time all others
  // in turn.
  if (timing.time(runs.missing)) timing.time(runs.elsewhere);
}

} // namespace nanobrain
