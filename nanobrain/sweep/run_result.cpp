#include "nanobrain/sweep/run_result.h"

#include "nanobrain/base/fields.h"

namespace nanobrain {

std::optional<RunResult> read_result(const SeedFolder& folder) {
  if (!std::filesystem::exists(folder.result())) return std::nullopt;
  RunResult result;
  read_fields(
      read_json(folder.result()), folder.result().string() + ":", result);
  return result;
}

void write_result(const SeedFolder& folder, const RunResult& result) {
  write_json(folder.result(), write_fields(result));
}

} // namespace nanobrain
