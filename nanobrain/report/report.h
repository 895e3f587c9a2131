// A report of sweeps and runs, written to files.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "nanobrain/base/json.h"

namespace nanobrain {

struct ReportRequest {
  std::vector<std::filesystem::path> folders = {};
  std::string title = {}; // empty: the folders' names
  std::optional<std::filesystem::path> html = {};
  std::optional<std::filesystem::path> csv = {};      // a row a cell
  std::optional<std::filesystem::path> runs_csv = {}; // a row a run
  std::optional<std::filesystem::path> markdown = {}; // the cells
  std::optional<std::filesystem::path> svg = {};      // the front
};

/// The title, where none is given.
std::string report_title(const ReportRequest& request);

/// Writes what is asked for. Tables and the front are of exactly one sweep.
/// Result: runs, sweeps, output. Error where a folder cannot be read or a file
/// not written.
Json write_report(const ReportRequest& request);

} // namespace nanobrain
