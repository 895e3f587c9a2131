#include "nanobrain/fetch/http_response.h"

#include <time.h>

#include <algorithm>
#include <cctype>
#include <charconv>

#include "nanobrain/fetch/file_list.h"

namespace nanobrain {

namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(
      result, result.begin(), [](unsigned char c) { return std::tolower(c); });
  return result;
}

std::string_view trim(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const size_t first = text.find_first_not_of(kSpace);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

/// A number of digits alone.
std::optional<int64_t> parse_count(std::string_view text) {
  int64_t value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || text.starts_with('-')) return {};
  return value;
}

} // namespace

std::optional<ContentRange> parse_content_range(std::string_view value) {
  constexpr std::string_view kUnit = "bytes ";
  if (!lower(value).starts_with(kUnit)) return {};
  value = trim(value.substr(kUnit.size()));
  const size_t slash = value.find('/');
  if (slash == value.npos) return {};
  const std::string_view range = value.substr(0, slash);
  const std::string_view total = value.substr(slash + 1);
  ContentRange result;
  result.total = parse_count(total);
  if (!result.total && total != "*") return {};
  if (range == "*") return result;
  const auto first = parse_count(range.substr(0, range.find('-')));
  if (!first) return {};
  result.first = *first;
  return result;
}

std::optional<double> parse_retry_after(std::string_view value, int64_t now) {
  const std::string text(trim(value));
  if (const auto seconds = parse_count(text)) {
    return static_cast<double>(*seconds);
  }
  tm date{};
  const char* end = strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &date);
  if (end == nullptr || *end != '\0') return {};
  return static_cast<double>(std::max<int64_t>(0, timegm(&date) - now));
}

void HttpResponse::add_header_line(std::string_view line) {
  line = trim(line);
  if (line.starts_with("HTTP/")) {
    HttpResponse next;
    next.linked_etag = linked_etag;
    next.linked_size = linked_size;
    *this = next;
    const std::string_view code =
        trim(line.substr(std::min(line.find(' '), line.size())));
    status = parse_count(code.substr(0, code.find(' '))).value_or(0);
    return;
  }
  const size_t colon = line.find(':');
  if (colon == line.npos) return;
  const std::string name = lower(line.substr(0, colon));
  const std::string value(trim(line.substr(colon + 1)));
  if (name == "etag") etag = value;
  if (name == "content-length") content_length = parse_count(value);
  if (name == "content-range") content_range = parse_content_range(value);
  if (name == "content-encoding") content_encoding = lower(value);
  if (name == "retry-after") retry_after = value;
  if (name == "x-linked-size") linked_size = parse_count(value);
  if (name == "x-linked-etag") {
    linked_etag = value;
    std::erase(linked_etag, '"');
  }
}

std::string HttpResponse::strong_etag() const {
  return etag.starts_with('"') ? etag : "";
}

std::string HttpResponse::stated_sha256() const {
  const std::string text = lower(linked_etag);
  return is_sha256(text) ? text : "";
}

} // namespace nanobrain
