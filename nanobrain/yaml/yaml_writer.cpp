// to_yaml(): JSON values as block-style YAML.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <set>
#include <utility>

#include "nanobrain/base/utf8.h"
#include "nanobrain/yaml/yaml.h"

namespace nanobrain {

namespace {

/// The escape of a character of three bytes that YAML lets nobody write as it
/// is, or takes for a line break or a byte order mark; empty for others.
std::string_view escape_of(std::string_view text) {
  if (text.starts_with("\u2028")) return "\\u2028";
  if (text.starts_with("\u2029")) return "\\u2029";
  if (text.starts_with("\ufeff")) return "\\ufeff";
  if (text.starts_with("\ufffe")) return "\\ufffe";
  if (text.starts_with("\uffff")) return "\\uffff";
  return "";
}

/// "..." with YAML's escapes where a character may not stand for itself.
std::string double_quoted(std::string_view text) {
  std::string out = "\"";
  const std::string valid = replace_invalid_utf8(text);
  for (size_t i = 0; i < valid.size(); ++i) {
    const auto byte = static_cast<unsigned char>(valid[i]);
    const std::string_view rest = std::string_view(valid).substr(i);
    if (byte == '"' || byte == '\\') {
      out += '\\';
      out += valid[i];
    } else if (byte == '\n') {
      out += "\\n";
    } else if (byte == '\t') {
      out += "\\t";
    } else if (byte < 0x20 || byte == 0x7f) {
      out += fmt::format("\\x{:02x}", byte);
    } else if (byte == 0xc2 && static_cast<unsigned char>(rest[1]) < 0xa0) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(rest[1]));
      i += 1; // U+0080 to U+009F, next line among them
    } else if (const auto escape = escape_of(rest); !escape.empty()) {
      out += escape;
      i += 2;
    } else {
      out += valid[i];
    }
  }
  return out + "\"";
}

/// True for text that every YAML reader, 1.1 or 1.2, takes for a string as it
/// stands, in block and in flow style.
bool is_plain_string(const std::string& text) {
  const bool word_start =
      !text.empty() &&
      (std::isalpha(static_cast<unsigned char>(text[0])) || text[0] == '_' ||
       text[0] == '/' || text.starts_with("./") || text.starts_with("../"));
  if (!word_start || text.back() == ' ') return false;
  for (const char c : text) {
    if (!std::isalnum(static_cast<unsigned char>(c)) &&
        std::string_view("_-./+ ").find(c) == std::string_view::npos) {
      return false;
    }
  }
  static const std::set<std::string> kWords11 = {
      "y", "n", "yes", "no", "on", "off", "true", "false", "null"};
  std::string lower;
  for (const char c : text) lower += static_cast<char>(std::tolower(c));
  return !kWords11.contains(lower);
}

std::string scalar(const Json& value) {
  if (value.is_string()) {
    const auto& text = value.get_ref<const std::string&>();
    return is_plain_string(text) ? text : double_quoted(text);
  }
  if (value.is_number_float()) {
    const double number = value.get<double>();
    if (std::isnan(number)) return ".nan";
    if (std::isinf(number)) return number < 0 ? "-.inf" : ".inf";
    std::string text = value.dump();
    // YAML 1.1 readers take 1e-05 for a string, 1.0e-05 for a number.
    const size_t exponent = text.find('e');
    if (exponent != std::string::npos && text.find('.') == std::string::npos) {
      text.insert(exponent, ".0");
    }
    return text;
  }
  return value.dump();
}

bool is_block(const Json& value) {
  if (value.is_object()) return !value.empty();
  return value.is_array() &&
         std::any_of(value.begin(), value.end(), [](const Json& item) {
           return item.is_structured() && !item.empty();
         });
}

/// Writes what stands on one line: scalars, empty containers, scalar lists.
std::string inline_value(const Json& value) {
  if (value.is_object()) return "{}";
  if (!value.is_array()) return scalar(value);
  std::string out = "[";
  for (const Json& item : value) {
    if (out.size() > 1) out += ", ";
    out += inline_value(item);
  }
  return out + "]";
}

/// Appends a block whose first line starts where `out` ends.
void write_block(const Json& value, int indent, std::string& out) {
  const std::string margin(static_cast<size_t>(indent), ' ');
  bool first = true;
  const auto item = [&](const std::string& head, const Json& child) {
    if (!std::exchange(first, false)) out += margin;
    out += head;
    if (!is_block(child)) {
      out += fmt::format(" {}\n", inline_value(child));
    } else if (value.is_object()) {
      out += fmt::format("\n{}  ", margin);
      write_block(child, indent + 2, out);
    } else {
      out += " "; // "- key: value" and "- - item"
      write_block(child, indent + 2, out);
    }
  };
  if (value.is_object()) {
    for (const auto& [key, child] : value.items()) {
      item(scalar(key) + ":", child);
    }
  } else {
    for (const Json& child : value) item("-", child);
  }
}

} // namespace

std::string to_yaml(const Json& value) {
  if (!is_block(value)) return inline_value(value) + "\n";
  std::string out;
  write_block(value, 0, out);
  return out;
}

} // namespace nanobrain
