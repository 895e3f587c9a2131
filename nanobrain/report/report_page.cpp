#include "nanobrain/report/report_page.h"

#include "nanobrain/report/page/page.h"

namespace nanobrain {

std::string report_json(const Json& data) {
  const std::string text =
      data.dump(-1, ' ', false, Json::error_handler_t::replace);
  std::string safe;
  safe.reserve(text.size());
  for (const char c : text) {
    if (c == '<') {
      safe += "\\u003c";
    } else {
      safe += c;
    }
  }
  return safe;
}

std::string report_html(const Json& data) {
  std::string page(report_page());
  page.insert(
      page.find(kReportDataTag) + kReportDataTag.size(), report_json(data));
  return page;
}

} // namespace nanobrain
