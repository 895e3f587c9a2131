// The cells of a sweep: which values of which keys go together, and the
// training config of each, for as many seeds.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nanobrain/base/json.h"
#include "nanobrain/base/limits.h"
#include "nanobrain/config/run_config.h"
#include "nanobrain/sweep/config.h"

namespace nanobrain {

/// Every combination of the grid's values, the last key fastest: objects of key
/// -> value. A value that is an object sets its own keys, so that some go
/// together ("shape: [{model.num_layers: 1, model.ffn_dim: 512}, ...]"); what
/// is under "tokenizer" or a group of parameters stays one value. UsageError if
/// a key is set twice or two points are equal.
std::vector<Json> grid_points(const Json& grid);

/// `samples` of the points (all where 0), in their order, drawn without
/// repetition; the same seed draws the same.
std::vector<Json> draw_points(
    std::vector<Json> points, int64_t samples, int64_t seed);

/// "num_layers=2,ffn_dim=256": readable, of letters that every file system
/// takes, at most 100 of them; longer ones end in a hash.
std::string point_id(const Json& point);

/// A tokenizer that a sweep trains.
struct CellTokenizer {
  std::string kind;
  int64_t vocab_size = 0;
  bool operator==(const CellTokenizer&) const = default;

  template <class Visitor>
  void visit(Visitor&& field) {
    FIELD(kind, "", one_of({"sentencepiece", "lexical"}));
    FIELD(vocab_size, "tokens", at_least(1));
  }
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

/// Error if what the runs read is not there; `key` is what names it in the
/// sweep's YAML.
void require_input(std::string_view key, const std::filesystem::path& path);

/// A cell's config for one run.
RunConfig config_for_seed(const Cell& cell, const RunSeed& seed);

} // namespace nanobrain
