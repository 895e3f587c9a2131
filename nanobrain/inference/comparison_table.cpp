#include "nanobrain/inference/comparison_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <vector>

#include "nanobrain/base/progress.h"
#include "nanobrain/base/table.h"

namespace nanobrain {

namespace {

/// A figure that models are compared by.
struct Measure {
  const char* heading;
  const char* format;
  double (*value)(const ComparisonReport&, const ComparedModel&);
  Interval LossIntervals::*interval;
};

constexpr Measure kMeasures[] = {
    {"nats/token",
     "{:.4f}",
     [](const ComparisonReport&, const ComparedModel& model) {
       return model.loss.nats_per_token();
     },
     &LossIntervals::nats_per_token},
    {"perplexity",
     "{:.4g}",
     [](const ComparisonReport&, const ComparedModel& model) {
       return model.loss.perplexity();
     },
     &LossIntervals::perplexity},
    {"bits/byte",
     "{:.4f}",
     [](const ComparisonReport&, const ComparedModel& model) {
       return model.loss.bits_per_byte();
     },
     &LossIntervals::bits_per_byte},
    {"less the first",
     "{:+.4f}",
     [](const ComparisonReport& report, const ComparedModel& model) {
       return report.difference(model);
     },
     &LossIntervals::bits_per_byte_difference},
    {"word perplexity",
     "{:.4g}",
     [](const ComparisonReport&, const ComparedModel& model) {
       return model.loss.word_perplexity();
     },
     &LossIntervals::word_perplexity},
};

constexpr const char* kSizes[] = {
    "tokens",
    "bytes/token",
    "parameters",
    "precision",
    "model file",
    "tokens/s"};

struct Cell {
  std::string value;
  std::string interval = {}; // "LOW .. HIGH" or empty
};

/// A row of the table: a model, or a published figure.
struct Line {
  std::string name;
  std::vector<Cell> measures;     // in the order of kMeasures
  std::vector<std::string> sizes; // in the order of kSizes
};

std::string format_number(const char* format, double value) {
  return std::isfinite(value) ? fmt::format(fmt::runtime(format), value) : "-";
}

Line model_line(const ComparisonReport& report, const ComparedModel& model) {
  Line line{.name = model.name, .measures = {}, .sizes = {}};
  for (const Measure& measure : kMeasures) {
    if (measure.interval == &LossIntervals::bits_per_byte_difference &&
        &model == &report.models.front()) {
      line.measures.push_back({"-"});
      continue;
    }
    Cell cell{format_number(measure.format, measure.value(report, model))};
    if (model.intervals) {
      const Interval& interval = (*model.intervals).*measure.interval;
      cell.interval = format_number(measure.format, interval.low) + " .. " +
                      format_number(measure.format, interval.high);
    }
    line.measures.push_back(cell);
  }
  const auto tokens = static_cast<double>(model.loss.tokens);
  line.sizes = {
      format_count(model.loss.tokens),
      fmt::format("{:.2f}", static_cast<double>(model.loss.bytes) / tokens),
      format_count(model.parameters),
      model.precision,
      format_bytes(static_cast<double>(model.file_bytes)),
      format_count(std::llround(tokens / model.seconds))};
  return line;
}

/// With three digits: published figures are rounded.
Line published_line(
    const PublishedModel& model, size_t index, const std::string& sha256) {
  const PublishedFigure& figure = model.figures[index];
  const auto bits_per_byte = figure.bits_per_byte(sha256);
  return {
      .name = fmt::format("{}, published [{}]", model.model, index + 1),
      .measures =
          {{fmt::format("{:.4f}", *figure.nats_per_token)},
           {fmt::format("{:.4g}", *figure.perplexity)},
           {bits_per_byte ? fmt::format("{:.3f}", *bits_per_byte)
                          : "not comparable"},
           {"-"},
           {"-"}},
      .sizes = {
          bits_per_byte ? format_count(*figure.tokens) : "-",
          bits_per_byte ? fmt::format(
                              "{:.2f}",
                              static_cast<double>(*figure.text_bytes) /
                                  static_cast<double>(*figure.tokens))
                        : "-",
          model.parameters ? format_count(*model.parameters) : "-",
          "-",
          "-",
          "-"}};
}

std::vector<Line> lines(const ComparisonReport& report) {
  std::vector<Line> lines;
  for (const ComparedModel& model : report.models) {
    lines.push_back(model_line(report, model));
  }
  if (report.published) {
    for (size_t i = 0; i < report.published->figures.size(); ++i) {
      lines.push_back(published_line(*report.published, i, report.text.sha256));
    }
  }
  return lines;
}

/// The rules that every model was scored by.
std::vector<std::string> rules(const ComparisonReport& report) {
  const TextFacts& text = report.text;
  const bool hf = report.protocol == Protocol::kHuggingFace;
  const std::string source = hf ? ", sha256 " + text.sha256
                                : fmt::format(
                                      "; {} documents skipped, {} repaired",
                                      format_count(text.skipped),
                                      format_count(text.repaired));
  return {
      fmt::format("protocol {}", describe_protocol(report.protocol)),
      fmt::format(
          "windows of every model: context {}, stride {}",
          report.context,
          report.stride),
      fmt::format(
          "text: {} {}, {} bytes{}",
          format_count(text.documents),
          hf ? "rows" : "documents",
          format_count(text.bytes),
          source),
      report.units.count < 2
          ? "95 % intervals: none, the text cannot be parted"
          : fmt::format(
                "95 % intervals: {} resampled {} times, the same for every "
                "model",
                report.units.describe(),
                format_count(kResamples))};
}

/// What is to know about the figures.
std::vector<std::string> notes(const ComparisonReport& report) {
  std::vector<std::string> notes = {fmt::format(
      "Perplexities of different tokenizers do not compare, bits per byte do. "
      "Speed: {} on {} {}.",
      report.precision(),
      report.threads,
      report.threads == 1 ? "thread" : "threads")};
  if (!report.published) return notes;
  for (const PublishedFigure& figure : report.published->figures) {
    const bool same = figure.is_of(report.text.sha256);
    const bool same_windows =
        figure.context == report.context && figure.stride == report.stride;
    notes.push_back(fmt::format(
        "[{}] {}{}; context {}, stride {}{}; {}",
        notes.size(),
        figure.text,
        same ? " (this very text, by its sha256)"
             : " (another text than this one: no bits per byte to compare by)",
        figure.context,
        figure.stride,
        same && !same_windows ? " (not the models' above)" : "",
        figure.source));
  }
  return notes;
}

} // namespace

std::string comparison_text(const ComparisonReport& report) {
  using Row = std::vector<std::string>;
  std::vector<Row> figures = {{""}};
  std::vector<Row> sizes = {{""}};
  for (const Measure& measure : kMeasures) {
    figures.front().emplace_back(measure.heading);
  }
  sizes.front().insert(
      sizes.front().end(), std::begin(kSizes), std::end(kSizes));
  for (const Line& line : lines(report)) {
    Row values = {line.name};
    Row intervals = {""};
    for (const Cell& cell : line.measures) {
      values.push_back(cell.value);
      intervals.push_back(cell.interval);
    }
    figures.push_back(values);
    if (!line.measures.front().interval.empty()) figures.push_back(intervals);
    if (line.sizes.front() == "-") continue; // of another text
    sizes.push_back({line.name});
    sizes.back().insert(
        sizes.back().end(), line.sizes.begin(), line.sizes.end());
  }
  std::string text;
  for (const auto& rule : rules(report)) text += rule + "\n";
  text += "\n" + align_columns(figures) + "\n" + align_columns(sizes) + "\n";
  for (const auto& note : notes(report)) text += note + "\n";
  return text;
}

std::string comparison_markdown(const ComparisonReport& report) {
  std::string text = "| model |";
  std::string rule = "|---|";
  const auto heading = [&](const char* name) {
    text += fmt::format(" {} |", name);
    rule += "---:|";
  };
  for (const Measure& measure : kMeasures) heading(measure.heading);
  for (const char* size : kSizes) heading(size);
  text += "\n" + rule + "\n";
  for (const Line& line : lines(report)) {
    text += fmt::format("| {} |", escape_markdown(line.name));
    for (const auto& [value, interval] : line.measures) {
      text += interval.empty() ? fmt::format(" {} |", value)
                               : fmt::format(" {} ({}) |", value, interval);
    }
    for (const auto& size : line.sizes) text += fmt::format(" {} |", size);
    text += "\n";
  }
  text += "\n";
  for (const auto& rule_of_all : rules(report))
    text += "- " + rule_of_all + "\n";
  for (const auto& note : notes(report)) text += "- " + note + "\n";
  return text;
}

} // namespace nanobrain
