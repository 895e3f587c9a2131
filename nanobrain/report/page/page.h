// The report's page, one HTML file that opens offline: style, scripts and
// Chart.js are inside it.
#pragma once

#include <string_view>

namespace nanobrain {

/// Where the data begins: the report's JSON (report_data.h) comes directly
/// behind this tag, each `<` in it written as \u003c, so that no text of a run
/// can end the element. The tag stands in the page exactly once.
///
/// Left empty, the page asks the server that it came from for `data.json`, at
/// once and then every 3 s (`nanobrain report --watch`); an ETag spares it what
/// it has. A page that carries its data never uses the network.
inline constexpr std::string_view kReportDataTag =
    R"(<script type="application/json" id="data">)";

/// The page without data, UTF-8.
std::string_view report_page();

} // namespace nanobrain
