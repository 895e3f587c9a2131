// A comparison as a table.
#pragma once

#include <string>

#include "nanobrain/inference/comparison_report.h"

namespace nanobrain {

/// For people: the rules, the figures with their intervals below them, sizes
/// and speeds, and where published figures come from. A published figure of
/// another text is marked as not comparable.
std::string comparison_text(const ComparisonReport& report);

/// The same in Markdown, intervals in brackets.
std::string comparison_markdown(const ComparisonReport& report);

/// A line for each model and published figure under a line of names, fields
/// parted by commas (RFC 4180); empty where there is no value.
std::string comparison_csv(const ComparisonReport& report);

} // namespace nanobrain
