// The cells of a sweep: one training config each, for as many seeds.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nanobrain/base/json.h"
#include "nanobrain/config/run_config.h"
#include "nanobrain/sweep/config.h"

namespace nanobrain {

/// A tokenizer that a sweep trains.
struct CellTokenizer {
  std::string kind; // sentencepiece or lexical
  int64_t vocab_size = 0;
  bool operator==(const CellTokenizer&) const = default;
};

struct Cell {
  std::string id; // of letters that every file system takes, 100 at most
  Json overrides; // key -> value, beside the base and `set`
  std::optional<CellTokenizer> tokenizer; // none: the base's own
  int64_t order = 0;                      // among the cells of a sweep
  RunConfig config; // seeds and, for a budget in minutes, steps left open
};

/// Every cell of the grid (or those that are drawn), each parsed and validated.
/// UsageError that names the cell and the key at fault; for cells that are
/// equal; for keys that the grid and `set` both have.
std::vector<Cell> make_cells(const SweepConfig& sweep);

/// Error where what the runs read is not there; `key` is what names it in the
/// sweep's YAML.
void require_input(std::string_view key, const std::filesystem::path& path);

/// A cell's config for one seed: of the weights and of the order of data.
RunConfig config_for_seed(const Cell& cell, int64_t seed);

} // namespace nanobrain
