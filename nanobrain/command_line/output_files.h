// The files that a command is to write, checked before the work.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace nanobrain {

struct OutputFile {
  std::string_view flag; // "--csv"
  std::optional<std::filesystem::path> path;
};

/// UsageError where two flags name one file, or one names an input. Error
/// where a file exists, unless `force`.
void check_output_files(
    std::string_view command,
    const std::vector<OutputFile>& outputs,
    std::span<const std::filesystem::path> inputs,
    bool force);

} // namespace nanobrain
