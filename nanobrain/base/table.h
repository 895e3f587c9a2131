// Rows of cells as aligned text, Markdown and CSV.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "nanobrain/base/json.h"

namespace nanobrain {

/// Columns as wide as they have to be, two spaces apart: the first `words` to
/// the left, the rest, numbers, to the right. Rows are as long as the first.
std::string align_columns(
    const std::vector<std::vector<std::string>>& rows, size_t words = 1);

/// Markdown takes a bar for the end of a cell.
std::string escape_markdown(std::string_view cell);

/// A line of CSV (RFC 4180): quoted where it has to be, empty for null.
std::string csv_line(const std::vector<Json>& fields);

} // namespace nanobrain
