#include "nanobrain/report/svg.h"

#include <fmt/format.h>

#include "nanobrain/base/utf8.h"

namespace nanobrain {

namespace {

/// U+FFFE and U+FFFF are UTF-8, but no characters of XML.
std::string replace_noncharacters(std::string text) {
  for (const std::string_view no_character : {"\ufffe", "\uffff"}) {
    for (size_t at = 0; (at = text.find(no_character, at)) != text.npos;) {
      text.replace(at, no_character.size(), "\ufffd");
    }
  }
  return text;
}

} // namespace

std::string escape_xml(std::string_view text) {
  std::string safe;
  for (const char c : replace_noncharacters(replace_invalid_utf8(text))) {
    switch (c) {
      case '&':
        safe += "&amp;";
        break;
      case '<':
        safe += "&lt;";
        break;
      case '>':
        safe += "&gt;";
        break;
      case '"':
        safe += "&quot;";
        break;
      case '\'':
        safe += "&#39;";
        break;
      default:
        safe += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
    }
  }
  return safe;
}

Svg::Svg(double width, double height)
    : image_(fmt::format(
          R"(<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="{1}" )"
          R"(viewBox="0 0 {0} {1}" font-family="sans-serif" font-size="12">)"
          "\n"
          R"(<rect width="{0}" height="{1}" fill="white"/>)"
          "\n",
          width,
          height)) {}

void Svg::line(
    double x1, double y1, double x2, double y2, std::string_view style) {
  image_ += fmt::format(
      "<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" {}/>\n",
      x1,
      y1,
      x2,
      y2,
      style);
}

void Svg::text(
    double x,
    double y,
    std::string_view anchor,
    std::string_view words,
    std::string_view style) {
  image_ += fmt::format(
      "<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\" {}>{}</text>\n",
      x,
      y,
      anchor,
      style,
      escape_xml(words));
}

void Svg::path(
    std::string_view commands, std::string_view style, std::string_view title) {
  image_ += fmt::format(
      "<path d=\"{}\" {}><title>{}</title></path>\n",
      commands,
      style,
      escape_xml(title));
}

std::string Svg::finish() && {
  return std::move(image_) + "</svg>\n";
}

} // namespace nanobrain
