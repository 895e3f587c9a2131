#include "nanobrain/command_line/output_files.h"

#include <map>

#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"

namespace nanobrain {

namespace fs = std::filesystem;

void check_output_files(
    std::string_view command,
    const std::vector<OutputFile>& outputs,
    std::span<const fs::path> inputs,
    bool force) {
  std::map<fs::path, std::string_view> taken; // by whom
  for (const fs::path& input : inputs) {
    taken.emplace(fs::weakly_canonical(input), "--input");
  }
  for (const auto& [flag, path] : outputs) {
    if (!path) continue;
    const auto [other, is_new] =
        taken.emplace(fs::weakly_canonical(*path), flag);
    require<UsageError>(
        is_new,
        command,
        "{} and {} both name {}; give each a file of its own",
        other->second,
        flag,
        path->string());
    if (!force) require_new_file(*path, command);
  }
}

} // namespace nanobrain
