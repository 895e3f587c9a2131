// The folders of a report and what it calls them.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace nanobrain {

struct ReportFolder {
  std::filesystem::path given;
  std::string name; // no two of a report have the same
};

/// Each by its last part; folders that share it by as many more as tell them
/// apart ("a/out", "b/out"). UsageError where one is given twice.
std::vector<ReportFolder> name_folders(
    const std::vector<std::filesystem::path>& folders);

/// "a, b".
std::string join_names(const std::vector<ReportFolder>& folders);

} // namespace nanobrain
