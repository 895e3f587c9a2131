// The answer of an HTTP server, as far as downloads need it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace nanobrain {

/// "bytes 100-199/1000"; of an answer 416, "bytes */1000", only the total.
struct ContentRange {
  int64_t first = -1;
  std::optional<int64_t> total; // "*": the server does not know
};

std::optional<ContentRange> parse_content_range(std::string_view value);

/// Seconds from `now` (of the Unix epoch) that a Retry-After names, as a number
/// or an HTTP date; nothing where it is neither. Never negative.
std::optional<double> parse_retry_after(std::string_view value, int64_t now);

struct HttpResponse {
  int64_t status = 0; // 0: no answer came
  std::string etag;   // as sent, in its quotes
  std::optional<int64_t> content_length;
  std::optional<ContentRange> content_range;
  std::string content_encoding;
  std::string retry_after;

  // What Hugging Face says of a large file, on its way to another host.
  std::string linked_etag;            // X-Linked-Etag, without quotes
  std::optional<int64_t> linked_size; // X-Linked-Size

  /// Takes one line of a header. A status line begins the next answer (after a
  /// redirect): all but the linked fields are forgotten.
  void add_header_line(std::string_view line);

  /// The tag where it stands for the very bytes (RFC 9110, 8.8.1); else empty.
  std::string strong_etag() const;
  /// The SHA-256 that Hugging Face states; empty where none.
  std::string stated_sha256() const;
};

} // namespace nanobrain
