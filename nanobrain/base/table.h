// A table that a command prints as aligned text, Markdown, CSV and JSON.
#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "nanobrain/base/json.h"

namespace nanobrain {

/// How the values of a column read: a format of fmt for a number ("{:.4f}"),
/// or one of these. Strings are shown as they are.
constexpr const char* kPlain = "";
constexpr const char* kCount = "count";       // 1,234,567
constexpr const char* kBytes = "bytes";       // 8.73 MB
constexpr const char* kDuration = "duration"; // 1:02:03

std::string format_value(const Json& value, std::string_view format);

enum class Align { kLeft, kRight };

struct Column {
  std::string key = {};   // in CSV and JSON; empty: not there
  std::string title = {}; // in text and Markdown; empty, as the unit: not there
  std::string format = kPlain;
  std::string unit = {}; // follows the title
  Align align = Align::kRight;

  std::string heading() const;
};

/// A column of words.
Column word_column(std::string key, std::string title);

/// A value, and where a column's format does not say it how it reads.
struct TableCell {
  Json value;
  std::string text = {};
  std::string detail = {}; // below it in text, in brackets in Markdown

  template <class Value>
  requires(
      std::constructible_from<Json, Value&&> &&
      !std::same_as<std::remove_cvref_t<Value>, TableCell>)
      TableCell( // NOLINT(google-explicit-constructor): a row is a list of
                 // values
          Value&& value)
      : value(std::forward<Value>(value)) {}
  TableCell(Json value, std::string text, std::string detail = {})
      : value(std::move(value)),
        text(std::move(text)),
        detail(std::move(detail)) {}
};
using TableRow = std::vector<TableCell>;

struct Table {
  std::vector<std::string> preface = {}; // lines above it
  std::vector<Column> columns = {};
  std::vector<TableRow> rows = {};     // each as long as `columns`
  std::vector<std::string> notes = {}; // lines below it
  std::string absent = {};             // how null reads

  /// Columns as wide as they have to be, two spaces apart.
  std::string text() const;
  /// Preface and notes become a list below the table.
  std::string markdown() const;
  /// RFC 4180: quoted where it has to be, empty for null. Values, unformatted.
  std::string csv() const;
  /// An array of an object a row.
  Json json() const;
};

/// Several tables of one command, an empty line between them.
std::string join_tables(
    const std::vector<Table>& tables, std::string (Table::*form)() const);

} // namespace nanobrain
