// The flags of every command that prints a table, and the files they name.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nanobrain/base/table.h"
#include "nanobrain/programs/program.h"

namespace nanobrain {

/// Files that a flag or an argument names, to read or to write.
struct NamedFiles {
  std::string_view flag;                    // "--svg"
  std::vector<std::filesystem::path> paths; // an empty one: not given
};

/// UsageError if two flags name one file to write, or one would replace what
/// `kept` names: inputs, and folders that the command writes itself, with what
/// is in them. Error where a file to write exists, unless `force`, or is a
/// folder.
void check_output_files(
    std::string_view command,
    const std::vector<NamedFiles>& kept,
    const std::vector<NamedFiles>& outputs,
    bool force);

/// The lines that say where a model LOSES to a baseline in red, for a terminal.
std::string with_defeats_in_red(std::string_view text);

/// Where a command's tables go: aligned text on stdout or the one JSON object
/// of --json, and the files of --csv, --markdown and --output.
class TableOutput : public Output {
 public:
  /// `own_output`: --output is a flag of the command's own.
  explicit TableOutput(CLI::App& command, bool own_output = false);

  /// Before the work: check_output_files() of these flags and `others`.
  void check(
      const std::vector<NamedFiles>& kept = {},
      std::vector<NamedFiles> others = {}) const;
  /// `text` where people read more than the tables, or in another order.
  void write(
      const std::vector<Table>& tables,
      const Json& result,
      const std::optional<std::string>& text = {}) const;
  bool force() const { return flags_->force; }

 private:
  struct Flags {
    std::string command;
    std::filesystem::path csv, markdown, output;
    bool force = false;
  };
  std::shared_ptr<Flags> flags_;
};

} // namespace nanobrain
