// The report as one file that opens offline.
#pragma once

#include <string>

#include "nanobrain/base/json.h"

namespace nanobrain {

/// The page with its data inside. No text in the data can end the element that
/// holds it; bytes that are not UTF-8 become U+FFFD.
std::string report_html(const Json& data);

/// The data as the page takes it: JSON without `<`.
std::string report_json(const Json& data);

} // namespace nanobrain
