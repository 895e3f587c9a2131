#include "nanobrain/base/table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "nanobrain/base/error.h"
#include "nanobrain/base/progress.h"

namespace nanobrain {

namespace {

using Line = std::vector<std::string>;

size_t width_of(std::string_view utf8) {
  return static_cast<size_t>(std::count_if(
      utf8.begin(), utf8.end(), [](char c) { return (c & 0xc0) != 0x80; }));
}

std::string csv_field(const Json& value) {
  if (value.is_null()) return "";
  if (!value.is_string()) return value.dump();
  auto text = value.get<std::string>();
  if (text.find_first_of(",\"\r\n") == text.npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + "\"";
}

/// Of an array or of an object's values.
std::string csv_line(const Json& fields) {
  std::string line;
  for (const Json& value : fields) line += csv_field(value) + ",";
  line.back() = '\n';
  return line;
}

/// Markdown takes a bar for the end of a cell.
std::string markdown_line(const Line& cells) {
  std::string line = "|";
  for (const std::string& cell : cells) {
    line += ' ';
    for (const char c : cell) line += c == '|' ? "\\|" : std::string(1, c);
    line += " |";
  }
  return line + "\n";
}

std::string align_lines(
    const std::vector<Line>& lines, const std::vector<Column>& columns) {
  std::vector<size_t> widths(columns.size());
  for (const Line& line : lines) {
    for (size_t i = 0; i < line.size(); ++i) {
      widths[i] = std::max(widths[i], width_of(line[i]));
    }
  }
  std::string text;
  for (const Line& line : lines) {
    std::string aligned;
    for (size_t i = 0; i < line.size(); ++i) {
      const std::string padding(widths[i] - width_of(line[i]), ' ');
      if (i > 0) aligned += "  ";
      aligned += columns[i].align == Align::kLeft ? line[i] + padding
                                                  : padding + line[i];
    }
    aligned.erase(aligned.find_last_not_of(' ') + 1);
    text += aligned + "\n";
  }
  return text;
}

/// What people see of a table: the headings and then the rows, each cell with
/// its detail.
struct Shown {
  std::vector<Column> columns = {};
  std::vector<std::pair<Line, Line>> lines = {{}};
};

Shown shown(const Table& table) {
  Shown result;
  for (const Column& column : table.columns) {
    if (column.heading().empty()) continue;
    result.columns.push_back(column);
    result.lines[0].first.push_back(column.heading());
  }
  for (const TableRow& row : table.rows) {
    require(
        row.size() == table.columns.size(),
        "table",
        "a row has {} cells for {} columns",
        row.size(),
        table.columns.size());
    auto& [values, details] = result.lines.emplace_back();
    for (size_t i = 0; i < row.size(); ++i) {
      const auto& [value, text, detail] = row[i];
      const Column& column = table.columns[i];
      if (column.heading().empty()) continue;
      values.push_back(
          !text.empty()     ? text
          : value.is_null() ? table.absent
                            : format_value(value, column.format));
      details.push_back(detail);
    }
  }
  return result;
}

} // namespace

std::string format_value(const Json& value, std::string_view format) {
  if (value.is_string()) return value.get<std::string>();
  if (!value.is_number() || format == kPlain) return value.dump();
  if (format == kCount && value.is_number_float()) {
    return format_count(std::llround(value.get<double>()));
  }
  if (format == kCount) return format_count(value.get<int64_t>());
  if (format == kBytes) return format_bytes(value.get<double>());
  if (format == kDuration) return format_duration(value.get<double>());
  return fmt::format(fmt::runtime(format), value.get<double>());
}

std::string Column::heading() const {
  if (title.empty() || unit.empty()) return title + unit;
  return title + " " + unit;
}

Column word_column(std::string key, std::string title) {
  return {
      .key = std::move(key), .title = std::move(title), .align = Align::kLeft};
}

std::string Table::text() const {
  const Shown table = shown(*this);
  std::vector<Line> lines;
  for (const auto& [values, details] : table.lines) {
    lines.push_back(values);
    if (std::ranges::any_of(details, [](auto& d) { return !d.empty(); })) {
      lines.push_back(details);
    }
  }
  std::string text;
  for (const std::string& line : preface) text += line + "\n";
  if (!preface.empty()) text += "\n";
  text += align_lines(lines, table.columns);
  if (!notes.empty()) text += "\n";
  for (const std::string& line : notes) text += line + "\n";
  return text;
}

std::string Table::markdown() const {
  Shown table = shown(*this);
  std::string text = markdown_line(table.lines.front().first) + "|";
  for (const Column& column : table.columns) {
    text += column.align == Align::kLeft ? "---|" : "---:|";
  }
  text += "\n";
  for (size_t row = 1; row < table.lines.size(); ++row) {
    auto& [values, details] = table.lines[row];
    for (size_t i = 0; i < details.size(); ++i) {
      if (!details[i].empty()) values[i] += " (" + details[i] + ")";
    }
    text += markdown_line(values);
  }
  if (!preface.empty() || !notes.empty()) text += "\n";
  for (const auto* lines : {&preface, &notes}) {
    for (const std::string& line : *lines) text += "- " + line + "\n";
  }
  return text;
}

std::string Table::csv() const {
  Json names = Json::array();
  for (const Column& column : columns) {
    if (!column.key.empty()) names.push_back(column.key);
  }
  std::string text = csv_line(names);
  for (const Json& row : json()) text += csv_line(row);
  return text;
}

Json Table::json() const {
  Json list = Json::array();
  for (const TableRow& row : rows) {
    Json object = Json::object();
    for (size_t i = 0; i < row.size(); ++i) {
      if (!columns[i].key.empty()) object[columns[i].key] = row[i].value;
    }
    list.push_back(std::move(object));
  }
  return list;
}

std::string join_tables(
    const std::vector<Table>& tables, std::string (Table::*form)() const) {
  std::string text;
  for (const Table& table : tables) {
    if (!text.empty()) text += "\n";
    text += (table.*form)();
  }
  return text;
}

} // namespace nanobrain
