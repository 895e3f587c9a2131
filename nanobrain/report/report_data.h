// What a report shows, as the JSON that its page reads.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "nanobrain/base/json.h"
#include "nanobrain/sweep/figures.h"

namespace nanobrain {

/// Of sweep folders and run folders, in their order:
///   format, title, created_at, build, figures (figures_json())
///   sweeps   name, path, counts, keys, cells (arithmetic, f32 and int8:
///            estimates over seeds and fronts), differences (all pairs of
///            cells, over common seeds), effects (of each key)
///   runs     id, sweep, cell, seed, state, error, result and run_record()
/// No title: the folders' names. `build` names this program. Error where a
/// folder is neither, or is given twice.
Json report_data(
    const std::vector<std::filesystem::path>& folders,
    const std::string& title,
    const std::string& build,
    const Figures& figures = all_figures());

} // namespace nanobrain
