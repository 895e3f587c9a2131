#include "nanobrain/base/utf8.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace nanobrain {

namespace {

constexpr std::string_view kReplacement = "\xef\xbf\xbd"; // U+FFFD

struct Sequence {
  size_t length; // bytes of the character, or of the maximal invalid part
  enum { kValid, kInvalid, kCutOff } kind; // cut off: by the end of the text
};

/// The character or the maximal invalid part at text[i] (table 3-7).
Sequence scan(std::string_view text, size_t i) {
  const auto byte = [&](size_t k) { return static_cast<uint8_t>(text[k]); };
  const uint8_t lead = byte(i);
  if (lead < 0x80) return {1, Sequence::kValid};
  if (lead < 0xc2 || lead > 0xf4) return {1, Sequence::kInvalid};
  const size_t length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  // The second byte's range shuts out overlongs, surrogates and > U+10FFFF.
  uint8_t low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  uint8_t high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  for (size_t k = 1; k < length; ++k) {
    if (i + k >= text.size()) return {k, Sequence::kCutOff};
    if (byte(i + k) < low || byte(i + k) > high) return {k, Sequence::kInvalid};
    low = 0x80;
    high = 0xbf;
  }
  return {length, Sequence::kValid};
}

/// The first offset from `i` on that is not ASCII, in steps of 8 bytes.
size_t skip_ascii(std::string_view text, size_t i) {
  while (i + 8 <= text.size()) {
    uint64_t word;
    std::memcpy(&word, text.data() + i, 8);
    if ((word & 0x8080808080808080ULL) != 0) break;
    i += 8;
  }
  return i;
}

} // namespace

size_t find_invalid_utf8(std::string_view text) {
  size_t i = 0;
  while ((i = skip_ascii(text, i)) < text.size()) {
    const Sequence sequence = scan(text, i);
    if (sequence.kind != Sequence::kValid) return i;
    i += sequence.length;
  }
  return std::string_view::npos;
}

std::string replace_invalid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const size_t valid = std::min(find_invalid_utf8(text), text.size());
    out += text.substr(0, valid);
    text.remove_prefix(valid);
    if (text.empty()) break;
    out += kReplacement;
    text.remove_prefix(scan(text, 0).length);
  }
  return out;
}

std::string without_controls(std::string_view text, std::string_view kept) {
  std::string shown;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<uint8_t>(text[i]);
    const std::string_view two = text.substr(i, 2);
    const bool c1 = two >= "\xc2\x80" && two < "\xc2\xa0";
    const bool c0 =
        (byte < ' ' || byte == 0x7f) && kept.find(text[i]) == kept.npos;
    shown += c0 || c1 ? ' ' : text[i];
    if (c1) ++i;
  }
  return shown;
}

void append_utf8(char32_t c, std::string& text) {
  const size_t size = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
  constexpr unsigned kLeads[] = {0, 0, 0xC0, 0xE0, 0xF0};
  for (size_t i = 0; i < size; ++i) {
    const auto bits = static_cast<unsigned>(c >> (6 * (size - 1 - i)));
    text +=
        static_cast<char>(i == 0 ? kLeads[size] | bits : 0x80 | (bits & 0x3F));
  }
}

std::string Utf8Stream::feed(std::string_view bytes) {
  pending_ += bytes;
  // A character is cut off within its last three bytes at the latest.
  size_t end = pending_.size();
  for (size_t back = 1; back <= 3 && back <= pending_.size(); ++back) {
    const size_t i = pending_.size() - back;
    const Sequence sequence = scan(pending_, i);
    if (sequence.kind == Sequence::kCutOff && sequence.length == back) end = i;
  }
  std::string out =
      replace_invalid_utf8(std::string_view(pending_).substr(0, end));
  pending_.erase(0, end);
  return out;
}

std::string Utf8Stream::finish() {
  const std::string out = replace_invalid_utf8(pending_);
  pending_.clear();
  return out;
}

} // namespace nanobrain
