// What a report shows, as the JSON that its page reads, and that page.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "nanobrain/base/json.h"
#include "nanobrain/run/run_folder.h"
#include "nanobrain/sweep/figures.h"

namespace nanobrain {

/// Of sweep folders and run folders, in their order:
///   format, title, created_at, build, figures (figures_json())
///   sweeps   name, path, counts, keys, cells (arithmetic, f32 and int8:
///            estimates over seeds and fronts), best (id), mixed (a note,
///            empty where all runs were made alike), model (how the noise
///            is taken), differences (all pairs of cells that are
///            compared), effects (of each key), closing_json()
///   runs     id, sweep, cell, seed, state, error, result and run_record()
/// No title: the folders' names. `build` names this program. Error if a
/// folder is neither, or is given twice.
Json report_data(
    const std::vector<fs::path>& folders,
    const std::string& title,
    const std::string& build,
    const Figures& figures = all_figures());

/// config (flat), host, build, train and validation curves, samples of a run
/// folder; empty ones of what it does not have yet. Curves are thinned to 1,000
/// points at most, of six digits. Paths below the working directory are given
/// from there. Error if a file cannot be read.
Json run_record(const RunFolder& run);

/// Every `step`-th of a list so that at most `most` are left, the last one
/// among them.
Json thinned(const Json& list, size_t most);

/// The page with its data inside. No text in the data can end the element that
/// holds it; bytes that are not UTF-8 become U+FFFD.
std::string report_html(const Json& data);

/// The data as the page takes it: JSON without `<`.
std::string report_json(const Json& data);

/// A folder of a report and what that calls it.
struct ReportFolder {
  fs::path given;
  std::string name; // no two of a report have the same
};

/// Each by its last part; folders that share it by as many more as tell them
/// apart ("a/out", "b/out"). UsageError if one is given twice.
std::vector<ReportFolder> name_folders(const std::vector<fs::path>& folders);

} // namespace nanobrain
