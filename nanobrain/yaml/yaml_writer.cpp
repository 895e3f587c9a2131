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

/// "..." with the escapes of JSON, which are YAML's, and those of the
/// characters that YAML alone lets nobody write as they are: DEL and the
/// controls of C1, line breaks and byte order marks.
std::string double_quoted(const std::string& text) {
  std::vector<char32_t> more = {0x2028, 0x2029, 0xfeff, 0xfffe, 0xffff};
  for (char32_t c = 0x7f; c < 0xa0; ++c) more.push_back(c);
  std::string out =
      Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
  for (const char32_t c : more) {
    std::string plain;
    append_utf8(c, plain);
    for (size_t at = 0; (at = out.find(plain, at)) != out.npos;) {
      out.replace(
          at, plain.size(), fmt::format("\\u{:04x}", static_cast<int>(c)));
    }
  }
  return out;
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
