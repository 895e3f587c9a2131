#include "nanobrain/report/chart.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "nanobrain/base/utf8.h"

namespace nanobrain {

namespace {

constexpr double kLogarithmicSpan = 4;

std::vector<double> even_ticks(double low, double high) {
  double step = std::pow(10, std::floor(std::log10((high - low) / 4)));
  for (const double times : {5.0, 2.0}) {
    if ((high - low) / (step * times) >= 4) {
      step *= times;
      break;
    }
  }
  std::vector<double> at;
  // Counted, for a sum of steps would drift off the round numbers.
  for (double k = std::ceil(low / step); k * step <= high; ++k) {
    at.push_back(k * step + 0.0); // -0.0 + 0.0 is 0.0
  }
  return at;
}

/// The powers of ten of every so-many-th decade, times each of the factors.
std::vector<double> decade_ticks(
    double low, double high, int every, std::initializer_list<double> factors) {
  std::vector<double> at;
  const auto last = static_cast<int>(std::floor(std::log10(high)));
  for (auto k = static_cast<int>(std::floor(std::log10(low))); k <= last; ++k) {
    if (k % every != 0) continue;
    for (const double times : factors) {
      const double v = times * std::pow(10, k);
      if (v >= low && v <= high) at.push_back(v);
    }
  }
  return at;
}

// Of kLabelStyle; wide enough for most fonts without serifs.
constexpr double kCharacter = 5.6;
constexpr double kAscent = 8;
constexpr double kDescent = 3;
constexpr double kGap = 8; // from the point's middle

bool overlap(const LabelPlaces::Box& a, const LabelPlaces::Box& b) {
  return a.left < b.right && b.left < a.right && a.top < b.bottom &&
         b.top < a.bottom;
}

/// Bytes that begin a character of UTF-8.
double count_characters(std::string_view text) {
  return static_cast<double>(std::count_if(
      text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

/// Text for XML: its five characters escaped, what XML has no place for
/// (control characters, bytes that are not UTF-8) replaced.
std::string escape_xml(std::string_view text) {
  std::string safe;
  const std::map<char, std::string_view> names = {
      {'&', "&amp;"},
      {'<', "&lt;"},
      {'>', "&gt;"},
      {'"', "&quot;"},
      {'\'', "&#39;"}};
  for (const char c : replace_invalid_utf8(text)) {
    if (const auto it = names.find(c); it != names.end()) {
      safe += it->second;
    } else {
      safe += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
    }
  }
  // UTF-8, but no characters of XML.
  for (const std::string_view no_character : {"\ufffe", "\uffff"}) {
    for (size_t at = 0; (at = safe.find(no_character, at)) != safe.npos;) {
      safe.replace(at, no_character.size(), "\ufffd");
    }
  }
  return safe;
}

} // namespace

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

Axis::Axis(double low, double high, double at_low, double at_high)
    : low_(low),
      high_(high),
      at_low_(at_low),
      at_high_(at_high),
      logarithmic_(low > 0 && high / low >= kLogarithmicSpan) {}

double Axis::operator()(double v) const {
  const double share = logarithmic_
                           ? std::log(v / low_) / std::log(high_ / low_)
                           : (v - low_) / (high_ - low_);
  return at_low_ + share * (at_high_ - at_low_);
}

std::vector<double> Axis::ticks() const {
  constexpr size_t kFewest = 3;
  constexpr size_t kMost = 10;
  if (!logarithmic_) return even_ticks(low_, high_);
  auto at = decade_ticks(low_, high_, 1, {1, 2, 5});
  if (at.size() < kFewest) return even_ticks(low_, high_);
  for (int every = 1; at.size() > kMost; ++every) {
    at = decade_ticks(low_, high_, every, {1});
  }
  return at;
}

std::string format_short(double v) {
  constexpr const char* kPrefixes[] = {"", "k", "M", "G", "T", "P", "E"};
  size_t k = 0;
  // What four digits round up to 1000 takes the next prefix, too.
  while (std::abs(v) >= 999.95 && k + 1 < std::size(kPrefixes)) {
    v /= 1000;
    ++k;
  }
  return fmt::format("{:.4g}{}{}", v, k == 0 ? "" : " ", kPrefixes[k]);
}

void LabelPlaces::block(double x, double y, double half) {
  taken_.push_back({x - half, y - half, x + half, y + half});
}

std::optional<LabelPlaces::Place> LabelPlaces::find(
    double x, double y, std::string_view label) {
  const double width = kCharacter * count_characters(label);
  for (const double lower : {4.0, -6.0, 14.0, -16.0, 24.0}) {
    for (const bool right : {true, false}) {
      const double at = right ? x + kGap : x - kGap;
      const double left = right ? at : at - width;
      const double base = y + lower;
      const Box box{left, base - kAscent, left + width, base + kDescent};
      if (!is_free(box)) continue;
      taken_.push_back(box);
      return Place{at, base, right ? "start" : "end"};
    }
  }
  return std::nullopt;
}

bool LabelPlaces::is_free(const Box& box) const {
  return box.left >= frame_.left && box.right <= frame_.right &&
         box.top >= frame_.top && box.bottom <= frame_.bottom &&
         std::none_of(taken_.begin(), taken_.end(), [&](const Box& other) {
           return overlap(box, other);
         });
}

} // namespace nanobrain
