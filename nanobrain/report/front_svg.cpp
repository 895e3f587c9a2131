#include "nanobrain/report/front_svg.h"

#include <algorithm>
#include <cmath>

#include "nanobrain/base/error.h"
#include "nanobrain/base/progress.h"

namespace nanobrain {

namespace {

constexpr double kWidth = 720;
constexpr double kHeight = 440;
constexpr double kLeft = 78;
constexpr double kRight = 24;
constexpr double kTop = 44;
constexpr double kBottom = 62;
// Okabe, Ito: told apart by colour-blind readers and in grey.
constexpr const char* kF32Colour = "#0072b2";
constexpr const char* kInt8Colour = "#d55e00";

std::string escaped(const std::string& text) {
  std::string safe;
  for (const char c : text) {
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
      default:
        safe += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return safe;
}

struct Point {
  std::string label;
  const PrecisionSummary* p;
};

/// From data to the image.
struct Scale {
  double low, high; // of the data
  double at_low, at_high;
  bool logarithmic;

  double operator()(double v) const {
    const auto map = [&](double x) { return logarithmic ? std::log(x) : x; };
    return at_low +
           (map(v) - map(low)) / (map(high) - map(low)) * (at_high - at_low);
  }
};

/// Round numbers between two, four to nine of them.
std::vector<double> ticks(double low, double high) {
  double step = std::pow(10, std::floor(std::log10((high - low) / 4)));
  for (const double times : {5.0, 2.0}) {
    if ((high - low) / (step * times) >= 4) {
      step *= times;
      break;
    }
  }
  std::vector<double> at;
  for (double v = std::ceil(low / step) * step; v <= high + 1e-9; v += step) {
    at.push_back(v);
  }
  return at;
}

class Picture {
 public:
  explicit Picture(const SweepSummary& sweep) {
    for (const CellSummary& cell : sweep.cells) {
      if (!cell.f32) continue;
      f32_.push_back({cell.id, &*cell.f32});
      int8_.push_back({cell.id, &*cell.int8});
    }
    require(!f32_.empty(), "report", "no run is done: there is no front yet");
    set_scales();
  }

  std::string draw() {
    text_ = fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" "
        "height=\"{1}\" viewBox=\"0 0 {0} {1}\" font-family=\"sans-serif\" "
        "font-size=\"12\">\n<rect width=\"{0}\" height=\"{1}\" "
        "fill=\"white\"/>\n",
        kWidth,
        kHeight);
    axes();
    points(f32_, kF32Colour);
    points(int8_, kInt8Colour);
    legend();
    return text_ + "</svg>\n";
  }

 private:
  void set_scales() {
    double low_x = INFINITY, high_x = 0, low_y = INFINITY, high_y = -INFINITY;
    for (const auto* series : {&f32_, &int8_}) {
      for (const Point& point : *series) {
        const Estimate& y = point.p->bits_per_byte;
        low_x = std::min(low_x, point.p->bytes);
        high_x = std::max(high_x, point.p->bytes);
        low_y = std::min(low_y, y.has_interval() ? y.low : y.mean);
        high_y = std::max(high_y, y.has_interval() ? y.high : y.mean);
      }
    }
    const double margin = std::max(0.05 * (high_y - low_y), 1e-4);
    x_ = {low_x / 1.15, high_x * 1.15, kLeft, kWidth - kRight, true};
    y_ = {low_y - margin, high_y + margin, kHeight - kBottom, kTop, false};
  }

  void line(double x1, double y1, double x2, double y2, const char* style) {
    text_ += fmt::format(
        "<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" {}/>\n",
        x1,
        y1,
        x2,
        y2,
        style);
  }
  void write(double x, double y, const char* anchor, const std::string& words) {
    text_ += fmt::format(
        "<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>\n",
        x,
        y,
        anchor,
        escaped(words));
  }

  void axes() {
    for (const double v : ticks(y_.low, y_.high)) {
      line(kLeft, y_(v), kWidth - kRight, y_(v), "stroke=\"#e3e3e3\"");
      write(kLeft - 8, y_(v) + 4, "end", fmt::format("{:.6g}", v));
    }
    for (double decade = 1; decade < x_.high; decade *= 10) {
      for (const double times : {1.0, 2.0, 5.0}) {
        const double v = decade * times;
        if (v < x_.low || v > x_.high) continue;
        line(x_(v), kTop, x_(v), kHeight - kBottom, "stroke=\"#e3e3e3\"");
        write(x_(v), kHeight - kBottom + 18, "middle", format_bytes(v));
      }
    }
    text_ += fmt::format(
        "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"none\" "
        "stroke=\"#777\"/>\n",
        kLeft,
        kTop,
        kWidth - kLeft - kRight,
        kHeight - kTop - kBottom);
    write(
        (kLeft + kWidth - kRight) / 2,
        kHeight - 18,
        "middle",
        "size of the model's file");
    text_ += fmt::format(
        "<text transform=\"translate(18 {:.1f}) rotate(-90)\" "
        "text-anchor=\"middle\">bits per byte (95 % interval)</text>\n",
        (kTop + kHeight - kBottom) / 2);
  }

  void points(const std::vector<Point>& series, const char* colour) {
    for (const Point& point : series) {
      const Estimate& e = point.p->bits_per_byte;
      const double x = x_(point.p->bytes);
      const std::string stroke = fmt::format("stroke=\"{}\"", colour);
      if (e.has_interval()) line(x, y_(e.low), x, y_(e.high), stroke.c_str());
      const OnFront on = point.p->front.at("bytes");
      text_ += fmt::format(
          "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4.5\" {} "
          "stroke-width=\"1.5\" "
          "fill=\"{}\" fill-opacity=\"{}\"><title>{}: "
          "{:.4f}</title></circle>\n",
          x,
          y_(e.mean),
          stroke,
          on == OnFront::kOff ? "white" : colour,
          on == OnFront::kNoise ? "0.4" : "1",
          escaped(point.label),
          e.mean);
    }
  }

  void legend() {
    double x = kLeft;
    for (const auto& [words, colour] :
         {std::pair("f32", kF32Colour), std::pair("int8", kInt8Colour)}) {
      text_ += fmt::format(
          "<circle cx=\"{:.1f}\" cy=\"22\" r=\"4.5\" fill=\"{}\"/>\n",
          x + 6,
          colour);
      write(x + 16, 26, "start", words);
      x += 64;
    }
    write(
        kWidth - kRight,
        26,
        "end",
        "filled: on the front; pale: on it within noise; hollow: off it");
  }

  std::vector<Point> f32_;
  std::vector<Point> int8_;
  Scale x_{};
  Scale y_{};
  std::string text_;
};

} // namespace

std::string front_svg(const SweepSummary& sweep) {
  return Picture(sweep).draw();
}

} // namespace nanobrain
