// A report of sweeps and runs, written to files or served as a page that
// follows them.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "nanobrain/base/json.h"
#include "nanobrain/sweep/summary.h"

namespace nanobrain {

struct ReportRequest {
  std::vector<std::filesystem::path> folders = {};
  std::string title = {}; // empty: the folders' names
  std::string build = {}; // of this program, for people
  std::map<std::string, std::filesystem::path> files = {}; // by flag, see below
  std::string svg_axis = "parameters";                     // one of axes()
};

/// A file that a report can be written to.
struct ReportFile {
  const char* flag;
  const char* help;
  /// What it holds of one sweep; nullptr for the page.
  std::string (*text)(const SweepSummary& sweep, const ReportRequest& request);
};
std::span<const ReportFile> report_files();

/// Whether any file is asked for.
bool writes_files(const ReportRequest& request);

/// Writes what is asked for, or nothing. Result: runs, sweeps, output.
/// UsageError for tables of no sweep or several; Error if a folder cannot be
/// read or a file not written.
Json write_report(const ReportRequest& request);

/// serve_report() of a request's folders. Error if one cannot be read at the
/// start.
void watch_report(const ReportRequest& request, int port);

/// Serves the page on 127.0.0.1 alone and what `data` gives, asked again for
/// each request that comes a second after the last, until a signal comes. Port
/// 0: one that is free. `ready` gets the address, "http://127.0.0.1:8123/".
/// Error if the port is taken. What `data` throws is answered with 503, so
/// that a folder in the making stops nothing.
void serve_report(
    int port,
    const std::function<Json()>& data,
    const std::function<void(const std::string& address)>& ready);

} // namespace nanobrain
