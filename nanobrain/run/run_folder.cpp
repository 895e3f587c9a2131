#include "nanobrain/run/run_folder.h"

#include <fmt/format.h>

#include <charconv>
#include <string>

#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"
#include "nanobrain/yaml/yaml.h"

namespace nanobrain {

namespace {

constexpr std::string_view kStep = "step-";

/// The N of "step-N"; none for any other name.
std::optional<int64_t> step_of(const std::string& name) {
  if (!name.starts_with(kStep)) return std::nullopt;
  int64_t step = 0;
  const char* end = name.data() + name.size();
  const auto [stop, error] =
      std::from_chars(name.data() + kStep.size(), end, step);
  if (error != std::errc() || stop != end || step < 0) return std::nullopt;
  return step;
}

} // namespace

fs::path RunFolder::checkpoint(int64_t step) const {
  return checkpoints() / fmt::format("{}{}", kStep, step);
}

void create_run_folder(
    const RunFolder& run, const Json& config, const Json& record) {
  std::error_code ignored;
  require(
      !fs::exists(run.root, ignored) || fs::is_empty(run.root, ignored),
      run.root.string(),
      "exists already; name another folder, or --resume the run in it");
  AtomicDirectory folder(run.root);
  const RunFolder temporary{folder.path()};
  write_file(temporary.config(), to_yaml(config));
  write_json(temporary.record(), record);
  folder.commit();
}

std::map<int64_t, fs::path> list_checkpoints(const RunFolder& run) {
  std::map<int64_t, fs::path> found;
  if (!fs::is_directory(run.checkpoints())) return found;
  for (const auto& entry : fs::directory_iterator(run.checkpoints())) {
    const auto step = step_of(entry.path().filename().string());
    if (step && entry.is_directory()) found[*step] = entry.path();
  }
  return found;
}

std::optional<RunFolder> run_of_model(const fs::path& model_folder) {
  const fs::path above = fs::weakly_canonical(model_folder).parent_path();
  for (const fs::path& root : {above, above.parent_path().parent_path()}) {
    const RunFolder run{root};
    if (fs::exists(run.record()) && fs::exists(run.config())) return run;
  }
  return std::nullopt;
}

void remove_leftovers(const RunFolder& run) {
  for (const fs::path& folder : {run.root, run.checkpoints()}) {
    if (!fs::is_directory(folder)) continue;
    for (const auto& entry : fs::directory_iterator(folder)) {
      if (is_temporary_name(entry.path())) fs::remove_all(entry.path());
    }
  }
}

} // namespace nanobrain
