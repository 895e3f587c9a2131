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
  std::string build = {}; // of this program, for people
  std::optional<std::filesystem::path> html = {};
  // Of one sweep:
  std::optional<std::filesystem::path> csv = {};             // a row a cell
  std::optional<std::filesystem::path> runs_csv = {};        // a row a run
  std::optional<std::filesystem::path> differences_csv = {}; // a row a pair
  std::optional<std::filesystem::path> effects_csv = {};     // a row an effect
  std::optional<std::filesystem::path> markdown = {}; // cells, differences
  std::optional<std::filesystem::path> svg = {};      // the front ...
  std::string svg_axis = "parameters"; // ... against one of axes()
};

/// A file that a report can be written to.
struct ReportFile {
  const char* flag;
  std::optional<std::filesystem::path> ReportRequest::*path;
  const char* help;
};

inline constexpr ReportFile kReportFiles[] = {
    {"--output", &ReportRequest::html, "HTML page that opens offline"},
    {"--csv", &ReportRequest::csv, "a row a cell"},
    {"--runs-csv", &ReportRequest::runs_csv, "a row a run"},
    {"--differences-csv", &ReportRequest::differences_csv, "a row a pair"},
    {"--effects-csv", &ReportRequest::effects_csv, "a row two values of a key"},
    {"--markdown",
     &ReportRequest::markdown,
     "cells, differences to the best, effects"},
    {"--svg", &ReportRequest::svg, "the front as an image"}};

/// Whether any file is asked for.
bool writes_files(const ReportRequest& request);

/// Writes what is asked for, or nothing. Result: runs, sweeps, output.
/// UsageError for tables of no sweep or several; Error where a folder cannot be
/// read or a file not written.
Json write_report(const ReportRequest& request);

/// Serves the page on 127.0.0.1 and follows the folders until a signal comes
/// (report_server.h). Error where a folder cannot be read at the start.
void watch_report(const ReportRequest& request, int port);

} // namespace nanobrain
