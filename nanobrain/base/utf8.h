// UTF-8 as Unicode 15 defines it (table 3-7): no surrogates, no overlongs.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace nanobrain {

/// Offset of the first byte that is not part of valid UTF-8; npos if none.
size_t find_invalid_utf8(std::string_view text);

inline bool is_valid_utf8(std::string_view text) {
  return find_invalid_utf8(text) == std::string_view::npos;
}

/// Each maximal invalid part becomes U+FFFD (the WHATWG decoding rule).
std::string replace_invalid_utf8(std::string_view text);

/// What a terminal may be shown of text that others wrote: control characters,
/// but for those in `kept`, become spaces.
std::string without_controls(std::string_view text, std::string_view kept = "");

/// Appends the bytes of a code point that is no surrogate.
void append_utf8(char32_t c, std::string& text);

/// Holds back the bytes of a character that is not complete yet, so that a
/// stream never shows half a character.
class Utf8Stream {
 public:
  /// Adds bytes, returns what can be shown now.
  std::string feed(std::string_view bytes);
  /// The bytes held back at the end of the stream, repaired to U+FFFD.
  std::string finish();

 private:
  std::string pending_;
};

} // namespace nanobrain
