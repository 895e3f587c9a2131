#include "nanobrain/report/front_svg.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "nanobrain/base/error.h"
#include "nanobrain/report/cell_label.h"
#include "nanobrain/report/chart.h"
#include "nanobrain/sweep/baseline_tables.h"

namespace nanobrain {

namespace {

constexpr double kWidth = 720;
constexpr double kHeight = 440;
constexpr double kLeft = 78;
constexpr double kRight = kWidth - 24;
constexpr double kTop = 44;
constexpr double kBottom = kHeight - 62;
constexpr double kMark = 5; // half of its width

struct Mark {
  double cost;
  const Estimate* cost_estimate; // nullptr: it is exact
  const Estimate* bits;
  OnFront front;
  std::string label;
};

/// A precision's marks by cost. Colours that colour-blind readers tell apart
/// (Okabe, Ito 2008), shapes that grey keeps apart.
struct Series {
  const char* name;
  const char* colour;
  bool round;
  std::vector<Mark> marks;
};

Series make_series(
    const SweepSummary& sweep,
    const Figure& cost,
    Precision precision,
    Series series) {
  const std::string& loss = objective(sweep.figures).key;
  const auto labels = cell_labels(sweep.cells);
  for (size_t i = 0; i < sweep.cells.size(); ++i) {
    const CellSummary& cell = sweep.cells[i];
    const auto& p = cell.at(precision);
    if (!p || !p->front.contains(cost.key)) continue;
    series.marks.push_back(
        {cell.mean(cost, precision).get<double>(),
         cost.is_estimate() ? &p->at(cost.key) : nullptr,
         &p->at(loss),
         p->front.at(cost.key),
         labels[i]});
  }
  std::ranges::sort(series.marks, {}, &Mark::cost);
  return series;
}

Axis fit_cost(const std::vector<Series>& all) {
  double low = INFINITY;
  double high = 0;
  for (const Series& series : all) {
    low = std::min(low, series.marks.front().cost);
    high = std::max(high, series.marks.back().cost);
  }
  const double margin = std::max(std::pow(high / low, 0.06), 1.002);
  return {low / margin, high * margin, kLeft, kRight};
}

Axis fit_bits(const std::vector<Series>& all) {
  double low = INFINITY;
  double high = -INFINITY;
  for (const Series& series : all) {
    for (const Mark& mark : series.marks) {
      const Estimate& e = *mark.bits;
      low = std::min(low, e.has_interval() ? e.low : e.mean);
      high = std::max(high, e.has_interval() ? e.high : e.mean);
    }
  }
  const double margin = std::max(0.05 * (high - low), 1e-4);
  return {low - margin, high + margin, kBottom, kTop};
}

/// The cells of the front beside counted n-grams.
struct BesideCounting {
  std::map<double, std::string> levels; // bits per byte of the best of each
                                        // training budget -> "counted 5-gram"
  int64_t cells = 0;                    // that have some
  int64_t losing = 0;
};

BesideCounting beside_counting(const SweepSummary& sweep) {
  BesideCounting beside;
  for (const CellSummary& cell : sweep.cells) {
    const CountedNgram* best = best_ngram(ngrams_of(sweep, cell));
    if (best == nullptr || !cell.f32 || cell.f32->front.empty()) continue;
    beside.levels[best->bits_per_byte] = "counted " + best->short_name();
    ++beside.cells;
    beside.losing += loses(sweep, cell) ? 1 : 0;
  }
  return beside;
}

class Picture {
 public:
  Picture(
      std::vector<Series> all,
      const Figure& loss,
      const Figure& cost,
      const SweepSummary& sweep)
      : all_(std::move(all)),
        beside_(beside_counting(sweep)),
        loss_(loss),
        cost_(cost),
        x_(fit_cost(all_)),
        y_(fit_bits(all_)),
        svg_(kWidth, kHeight) {}

  std::string draw() && {
    draw_axes();
    draw_levels();
    for (const Series& series : all_) draw_front(series);
    for (const Series& series : all_) {
      for (const Mark& mark : series.marks) draw_mark(series, mark);
    }
    draw_labels();
    draw_legend();
    return std::move(svg_).finish();
  }

 private:
  void draw_axes() {
    constexpr const char* kGrid = "stroke=\"#e3e3e3\"";
    for (const double v : y_.ticks()) {
      svg_.line(kLeft, y_(v), kRight, y_(v), kGrid);
      svg_.text(kLeft - 8, y_(v) + 4, "end", fmt::format("{:.6g}", v));
    }
    for (const double v : x_.ticks()) {
      svg_.line(x_(v), kTop, x_(v), kBottom, kGrid);
      svg_.text(x_(v), kBottom + 18, "middle", short_figure(v, cost_.unit));
    }
    svg_.path(
        fmt::format("M{} {}H{}V{}H{}Z", kLeft, kTop, kRight, kBottom, kLeft),
        "fill=\"none\" stroke=\"#777\"");
    svg_.text((kLeft + kRight) / 2, kHeight - 18, "middle", cost_.title);
    const double middle = (kTop + kBottom) / 2;
    svg_.text(
        18,
        middle,
        "middle",
        loss_.title + " (95 % interval)",
        fmt::format("transform=\"rotate(-90 18 {})\"", middle));
  }

  /// Counted n-grams, where they are in the frame, and below it how many cells
  /// lose to one.
  void draw_levels() {
    std::string names;
    for (const auto& [bits, ngram] : beside_.levels) {
      const std::string name = fmt::format("{} {:.4f}", ngram, bits);
      names += (names.empty() ? "" : ", ") + name;
      const double y = y_(bits);
      if (y < kTop || y > kBottom) continue;
      svg_.line(kLeft, y, kRight, y, kLevelLine);
      svg_.text(kRight - 4, y - 4, "end", name, kLevelWords);
    }
    if (beside_.losing == 0) return;
    svg_.text(
        kRight,
        kHeight - 4,
        "end",
        fmt::format(
            "LOSES to counting: {} of {} cells ({})",
            beside_.losing,
            beside_.cells,
            names),
        kLevelWords);
  }

  static std::string short_figure(double v, std::string_view unit) {
    std::string text = format_short(v);
    const bool prefixed = text.find(' ') != text.npos;
    if (!unit.empty() && !prefixed) text += ' ';
    return text + std::string(unit);
  }

  /// What a budget on this axis buys: a staircase.
  void draw_front(const Series& series) {
    std::string steps;
    for (const Mark& mark : series.marks) {
      if (!is_on(mark.front)) continue;
      const double x = x_(mark.cost);
      const double y = y_(mark.bits->mean);
      steps += steps.empty() ? fmt::format("M{:.1f} {:.1f}", x, y)
                             : fmt::format("H{:.1f}V{:.1f}", x, y);
    }
    svg_.path(
        steps,
        fmt::format(
            "fill=\"none\" stroke=\"{}\" stroke-opacity=\"0.45\"",
            series.colour));
  }

  void draw_mark(const Series& series, const Mark& mark) {
    const Estimate& e = *mark.bits;
    const double x = x_(mark.cost);
    const double y = y_(e.mean);
    const auto stroke = fmt::format("stroke=\"{}\"", series.colour);
    if (e.has_interval()) svg_.line(x, y_(e.low), x, y_(e.high), stroke);
    if (mark.cost_estimate != nullptr)
      draw_cost(*mark.cost_estimate, y, stroke);
    const bool sure = mark.front == OnFront::kOn || mark.front == OnFront::kOff;
    svg_.path(
        outline(series.round, x, y),
        fmt::format(
            "{} stroke-width=\"1.5\" fill=\"{}\" fill-opacity=\"{}\"{}",
            stroke,
            is_on(mark.front) ? series.colour : "white",
            is_on(mark.front) && !sure ? 0.35 : 1.0,
            is_on(mark.front) || sure ? "" : " stroke-opacity=\"0.5\""),
        fmt::format("{}, {}: {:.4f}", mark.label, series.name, e.mean));
  }

  /// The interval of a measured cost, as far as the axis goes.
  void draw_cost(const Estimate& cost, double y, const std::string& stroke) {
    if (!cost.has_interval()) return;
    const auto at = [&](double v) {
      return std::clamp(x_(std::max(v, 1e-3 * cost.mean)), kLeft, kRight);
    };
    svg_.line(at(cost.low), y, at(cost.high), y, stroke);
  }

  static std::string outline(bool round, double x, double y) {
    constexpr double kWhole = 2 * kMark;
    if (round) {
      constexpr const char* kCircle =
          "M{:.1f} {:.1f}a{} {} 0 1 0 {} 0a{} {} 0 1 0 -{} 0Z";
      constexpr double r = kMark;
      return fmt::format(kCircle, x - r, y, r, r, kWhole, r, r, kWhole);
    }
    constexpr const char* kTriangle = "M{:.1f} {:.1f}l{} {}h-{}Z";
    return fmt::format(kTriangle, x, y - kMark, kMark, kWhole, kWhole);
  }

  /// Of what is on the front, as far as there is room.
  void draw_labels() {
    LabelPlaces places({kLeft, kTop, kRight, kBottom});
    for (const Series& series : all_) {
      for (const Mark& mark : series.marks) {
        places.block(x_(mark.cost), y_(mark.bits->mean), kMark);
      }
    }
    for (const Series& series : all_) {
      if (&series != &all_.front() && !cost_.per_precision()) continue;
      for (const Mark& mark : series.marks) {
        if (!is_on(mark.front)) continue;
        const auto place =
            places.find(x_(mark.cost), y_(mark.bits->mean), mark.label);
        if (!place) continue;
        svg_.text(place->x, place->y, place->anchor, mark.label, kLabelStyle);
      }
    }
  }

  void draw_legend() {
    double x = kLeft;
    for (const Series& series : all_) {
      svg_.path(
          outline(series.round, x + 6, 22),
          fmt::format("fill=\"{}\"", series.colour));
      svg_.text(x + 16, 26, "start", series.name);
      x += 64;
    }
    svg_.text(
        kRight,
        26,
        "end",
        "on the front: filled, pale within noise; off: hollow, faint within "
        "noise");
  }

  static constexpr const char* kLevelLine =
      "stroke=\"#b3261e\" stroke-dasharray=\"7 4\"";
  static constexpr const char* kLevelWords =
      "font-size=\"10\" fill=\"#b3261e\"";

  std::vector<Series> all_;
  BesideCounting beside_;
  const Figure& loss_;
  const Figure& cost_;
  Axis x_;
  Axis y_;
  Svg svg_;
};

} // namespace

std::string front_svg(const SweepSummary& sweep, const std::string& axis) {
  const Figure& cost = find_figure(sweep.figures, axis);
  std::vector<Series> all = {
      make_series(sweep, cost, Precision::kF32, {"f32", "#0072b2", true, {}}),
      make_series(
          sweep, cost, Precision::kInt8, {"int8", "#d55e00", false, {}})};
  require(
      !all.front().marks.empty(),
      "report",
      "no run is done, or none is timed: there is no front yet");
  return Picture(std::move(all), objective(sweep.figures), cost, sweep).draw();
}

} // namespace nanobrain
