#include "nanobrain/programs/table_output.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"
#include "nanobrain/programs/flags.h"

namespace nanobrain {

namespace {

fs::path place_of(const fs::path& path) {
  return fs::weakly_canonical(fs::absolute(path));
}

bool takes_colour() {
  const char* no_color = std::getenv("NO_COLOR"); // no-color.org
  return isatty(STDOUT_FILENO) == 1 &&
         (no_color == nullptr || *no_color == '\0');
}

/// Whether writing `file` would replace `kept` or something in it, be it there
/// or yet to be made.
bool would_replace(const fs::path& file, const fs::path& kept) {
  if (file == kept) return true;
  const bool inside = *file.lexically_relative(kept).begin() != "..";
  return inside && (fs::exists(file) || !fs::exists(kept));
}

} // namespace

std::string with_defeats_in_red(std::string_view text) {
  std::string shown;
  while (!text.empty()) {
    const size_t length = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, length);
    const bool lost = line.find("LOSES") != line.npos;
    shown += fmt::format(
        "{}{}{}", lost ? "\x1b[31m" : "", line, lost ? "\x1b[0m" : "");
    if (length < text.size()) shown += '\n';
    text.remove_prefix(std::min(length + 1, text.size()));
  }
  return shown;
}

void check_output_files(
    std::string_view command,
    const std::vector<NamedFiles>& kept,
    const std::vector<NamedFiles>& outputs,
    bool force) {
  std::vector<std::pair<std::string_view, fs::path>> taken; // by whom
  for (const auto& [flag, paths] : kept) {
    for (const fs::path& path : paths) {
      if (!path.empty()) taken.emplace_back(flag, place_of(path));
    }
  }
  for (const auto& [flag, paths] : outputs) {
    for (const fs::path& path : paths) {
      if (path.empty()) continue;
      const fs::path file = place_of(path);
      for (const auto& [other, place] : taken) {
        require<UsageError>(
            !would_replace(file, place),
            command,
            "{} and {} both name {}; give each a file of its own",
            other,
            flag,
            path.string());
      }
      require(
          !fs::is_directory(file),
          command,
          "{} must name a file, but {} is a folder",
          flag,
          path.string());
      if (!force) require_new_file(path, command);
      taken.emplace_back(flag, file);
    }
  }
}

TableOutput::TableOutput(CLI::App& command, bool own_output)
    : Output(command), flags_(std::make_shared<Flags>()) {
  flags_->command = subcommand_name(command);
  const AddFlag flag(command);
  flag("--csv", flags_->csv, "write the table there as CSV");
  flag("--markdown", flags_->markdown, "write it there as Markdown");
  if (!own_output) {
    flag("--output", flags_->output, "write the JSON there as well");
  }
  add_force(command, flags_->force);
}

void TableOutput::check(
    const std::vector<NamedFiles>& kept, std::vector<NamedFiles> others) const {
  const auto& [command, csv, markdown, output, force] = *flags_;
  others.insert(
      others.end(),
      {{"--csv", {csv}}, {"--markdown", {markdown}}, {"--output", {output}}});
  check_output_files(command, kept, others, force);
}

void TableOutput::write(
    const std::vector<Table>& tables,
    const Json& result,
    const std::optional<std::string>& text) const {
  const std::string shown = text ? *text : join_tables(tables, &Table::text);
  this->text(takes_colour() ? with_defeats_in_red(shown) : shown);
  this->result(result);
  const auto& [command, csv, markdown, output, force] = *flags_;
  if (!csv.empty()) write_file(csv, join_tables(tables, &Table::csv));
  if (!markdown.empty()) {
    write_file(markdown, join_tables(tables, &Table::markdown));
  }
  if (!output.empty()) write_json(output, result);
}

} // namespace nanobrain
