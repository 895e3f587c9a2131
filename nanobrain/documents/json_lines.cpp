// Documents out of JSON Lines. Not by simdjson: it holds a whole line and an
// index of it in memory, fails a batch where one line is not UTF-8 (here a
// document to skip or mend), and its On Demand checks no value that it skips.
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include "nanobrain/base/error.h"
#include "nanobrain/base/utf8.h"
#include "nanobrain/documents/format_reader.h"

namespace nanobrain {
namespace {

constexpr int64_t kMaxKeyBytes = 1000;
constexpr size_t kMaxKeysShown = 20;

bool is_digit(int c) {
  return c >= '0' && c <= '9';
}

/// What ends a run of plain characters in a string: quote, backslash, control.
constexpr std::array<bool, 256> kEndsRun = [] {
  std::array<bool, 256> table{};
  for (size_t i = 0; i < 0x20; ++i) table[i] = true;
  table['"'] = table['\\'] = true;
  return table;
}();

void append_character(BoundedText& out, uint32_t c) {
  std::string bytes;
  append_utf8(c, bytes);
  out.append(bytes);
}

/// A strict JSON parser (RFC 8259) for lines of any length: it picks one string
/// out of each object and holds nothing else. Where a text has a lone surrogate
/// (\ud800, which no UTF-8 can hold), the byte 0xFF stands for it, so that the
/// document is found to be invalid UTF-8.
class JsonLines : public FormatReader {
 public:
  JsonLines(std::unique_ptr<ByteSource> source, fs::path path, std::string key)
      : path_(std::move(path)),
        key_(std::move(key)),
        source_(std::move(source)) {
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    peek();
    if (rest_.starts_with(kByteOrderMark)) {
      rest_.remove_prefix(kByteOrderMark.size());
    }
  }

  /// Reads the next line that is not blank; false at the end of the file.
  bool next(BoundedText& text) override {
    for (skip_spaces(); skip_if('\n'); skip_spaces()) ++line_;
    if (peek() == kEnd) return false;
    expect('{', "a JSON object");
    read_members(text);
    skip_spaces();
    if (peek() != kEnd) expect('\n', "the end of the line");
    ++line_;
    return true;
  }
  int64_t position() const override { return source_->position(); }

 private:
  static constexpr int kEnd = -1;
  static constexpr int kMaxDepth = 500;

  int peek() {
    if (rest_.empty()) rest_ = source_->next_block();
    return rest_.empty() ? kEnd : static_cast<unsigned char>(rest_.front());
  }

  void skip_spaces() {
    for (int c = peek(); c == ' ' || c == '\t' || c == '\r'; c = peek()) {
      rest_.remove_prefix(1);
    }
  }

  bool skip_if(char wanted) {
    if (peek() != static_cast<unsigned char>(wanted)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void expect(char wanted, std::string_view what) {
    if (!skip_if(wanted)) fail_here(what);
  }

  /// The place that errors name.
  std::string where() const {
    return fmt::format("{}, line {}", path_.string(), line_);
  }

  [[noreturn]] void fail_here(std::string_view wanted) {
    const int c = peek();
    if (c == kEnd || c == '\n') {
      fail(
          where(),
          "the {} ends where {} should be: it is truncated; get the file again",
          c == kEnd ? "file" : "line",
          wanted);
    }
    fail(
        where(),
        "not valid JSON: {} should be where {} is; correct the line or get the "
        "file again",
        wanted,
        c >= 0x20 && c < 0x7F ? fmt::format("'{}'", static_cast<char>(c))
                              : fmt::format("the byte 0x{:02x}", c));
  }

  void read_members(BoundedText& text) {
    bool found = false;
    std::vector<std::string> keys;
    BoundedText key(kMaxKeyBytes);
    skip_spaces();
    for (bool first = true; !skip_if('}'); first = false) {
      if (!first) expect(',', "',' or '}'");
      skip_spaces();
      read_string(key);
      skip_spaces();
      expect(':', "':'");
      skip_spaces();
      if (key.text() == key_) {
        read_text(text); // of two members with one name the last counts
        found = true;
      } else {
        skip_value(1);
        if (keys.size() < kMaxKeysShown) keys.push_back(key.text());
      }
      skip_spaces();
    }
    if (found) return;
    fail(
        where(),
        "has no key \"{}\"; its keys are: {}; name one by --text-key",
        key_,
        fmt::join(keys, ", "));
  }

  void read_text(BoundedText& text) {
    const int c = peek();
    if (c == '"') return read_string(text);
    text.clear();
    skip_value(1);
    if (c == 'n') return;
    fail(
        where(),
        "the value of \"{}\" must be a string, but is {}; name another key by "
        "--text-key",
        key_,
        c == '{'               ? "an object"
        : c == '['             ? "a list"
        : c == 't' || c == 'f' ? "true or false"
                               : "a number");
  }

  void skip_value(int depth) {
    switch (const int c = peek()) {
      case '"': {
        BoundedText ignored(0);
        return read_string(ignored);
      }
      case '{':
      case '[':
        return skip_container(c == '{' ? '}' : ']', depth);
      case 't':
        return skip_word("true");
      case 'f':
        return skip_word("false");
      case 'n':
        return skip_word("null");
      default:
        return skip_number();
    }
  }

  void skip_container(char close, int depth) {
    if (depth == kMaxDepth) {
      fail(where(), "is nested deeper than {}; mend or remove it", kMaxDepth);
    }
    rest_.remove_prefix(1);
    skip_spaces();
    for (bool first = true; !skip_if(close); first = false) {
      if (!first) expect(',', close == '}' ? "',' or '}'" : "',' or ']'");
      skip_spaces();
      if (close == '}') {
        BoundedText ignored(0);
        read_string(ignored);
        skip_spaces();
        expect(':', "':'");
        skip_spaces();
      }
      skip_value(depth + 1);
      skip_spaces();
    }
  }

  void skip_number() {
    skip_if('-');
    if (!skip_if('0')) skip_digits();
    if (skip_if('.')) skip_digits();
    if (skip_if('e') || skip_if('E')) {
      if (!skip_if('+')) skip_if('-');
      skip_digits();
    }
  }

  void skip_digits() {
    if (!is_digit(peek())) fail_here("a value");
    while (is_digit(peek())) rest_.remove_prefix(1);
  }

  void skip_word(std::string_view word) {
    for (const char c : word) expect(c, word);
  }

  void read_string(BoundedText& out) {
    out.clear();
    expect('"', "a string");
    for (;;) {
      const int c = peek();
      if (c == kEnd || (c < 0x20)) fail_here("the end of a string");
      const auto end = std::ranges::find_if(rest_, [](char each) {
        return kEndsRun[static_cast<unsigned char>(each)];
      });
      const auto run = static_cast<size_t>(end - rest_.begin());
      out.append(rest_.substr(0, run));
      rest_.remove_prefix(run);
      if (rest_.empty()) continue;
      if (skip_if('\\')) {
        read_escape(out);
      } else if (skip_if('"')) {
        return;
      }
    }
  }

  void read_escape(BoundedText& out) {
    constexpr std::string_view kNames = "\"\\/bfnrt";
    constexpr std::string_view kValues = "\"\\/\b\f\n\r\t";
    if (!skip_if('u')) {
      const int c = peek();
      const size_t which =
          c == kEnd ? kNames.npos : kNames.find(static_cast<char>(c));
      if (which == kNames.npos) fail_here("an escape such as \\n");
      rest_.remove_prefix(1);
      return out.append(kValues.substr(which, 1));
    }
    const auto is_high = [](uint32_t unit) { return (unit >> 10) == 0x36; };
    const auto is_low = [](uint32_t unit) { return (unit >> 10) == 0x37; };
    uint32_t unit = read_hex4();
    while (is_high(unit)) {
      if (!skip_if('\\')) return out.append("\xFF");
      if (!skip_if('u')) {
        out.append("\xFF");
        return read_escape(out);
      }
      const uint32_t low = read_hex4();
      if (is_low(low)) {
        return append_character(
            out, 0x10000 + ((unit & 0x3FF) << 10) + (low & 0x3FF));
      }
      out.append("\xFF");
      unit = low;
    }
    if (is_low(unit)) return out.append("\xFF");
    append_character(out, unit);
  }

  uint32_t read_hex4() {
    uint32_t value = 0;
    for (int i = 0; i < 4; ++i) {
      const int c = peek();
      const int lower = c | 0x20;
      if (is_digit(c)) {
        value = value * 16 + static_cast<uint32_t>(c - '0');
      } else if (c != kEnd && lower >= 'a' && lower <= 'f') {
        value = value * 16 + static_cast<uint32_t>(lower - 'a' + 10);
      } else {
        fail_here("four hex digits after \\u");
      }
      rest_.remove_prefix(1);
    }
    return value;
  }

  fs::path path_;
  std::string key_;
  std::unique_ptr<ByteSource> source_;
  std::string_view rest_; // of the current block
  int64_t line_ = 1;
};

} // namespace

std::unique_ptr<FormatReader> open_jsonl(
    std::unique_ptr<ByteSource> source,
    const fs::path& path,
    const std::string& key) {
  return std::make_unique<JsonLines>(std::move(source), path, key);
}

} // namespace nanobrain
