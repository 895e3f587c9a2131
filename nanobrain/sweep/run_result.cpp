#include "nanobrain/sweep/run_result.h"

namespace nanobrain {

std::optional<RunResult> read_result(const SeedFolder& folder) {
  if (!std::filesystem::exists(folder.result())) return std::nullopt;
  return read_run_file<RunResult>(folder.result());
}

void write_result(const SeedFolder& folder, const RunResult& result) {
  write_json(folder.result(), write_fields(result));
}

} // namespace nanobrain
