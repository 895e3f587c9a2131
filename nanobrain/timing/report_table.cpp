// A timing's table for people.
#include <fmt/format.h>

#include "nanobrain/base/table.h"
#include "nanobrain/timing/report.h"

namespace nanobrain {

namespace {

using Cells = std::vector<std::string>;

constexpr size_t kWords = 3; // columns of words ahead of those of numbers

Cells heading(TimedWork work) {
  Cells cells = {"model", "precision", "backend", "threads"};
  const auto add = [&](std::initializer_list<const char*> more) {
    cells.insert(cells.end(), more.begin(), more.end());
  };
  if (work == TimedWork::kGenerate) {
    add({"prompt", "tokens", "cache", "tokens/s", "min", "max"});
    add({"token us: p50", "p90", "p99", "x the first"});
  } else {
    add({"tokens", "cache", "ms", "min", "max", "p90", "p99", "x the first"});
  }
  return cells;
}

Cells line(const TimingReport& report, const TimingRow& row) {
  Cells cells = {
      row.model, row.precision, row.backend, fmt::to_string(row.threads)};
  const auto add = [&](const char* format, auto... values) {
    (cells.push_back(fmt::format(fmt::runtime(format), values)), ...);
  };
  const Statistics& s = row.seconds;
  const char* cache = row.cold ? "cold" : "warm";
  if (report.work == TimedWork::kGenerate) {
    const auto tokens = static_cast<double>(row.tokens);
    const Statistics& t = row.token_seconds;
    add("{}", row.prompt_tokens, row.tokens, cache);
    add("{:.0f}", tokens / s.p50, tokens / s.max, tokens / s.min);
    add("{:.1f}", 1e6 * t.p50, 1e6 * t.p90, 1e6 * t.p99);
  } else {
    add("{}", row.tokens, cache);
    add("{:.4f}", 1e3 * s.p50, 1e3 * s.min, 1e3 * s.max);
    add("{:.4f}", 1e3 * s.p90, 1e3 * s.p99);
  }
  add("{:.2f}", report.ratio(row));
  return cells;
}

std::vector<Cells> table(const TimingReport& report) {
  std::vector<Cells> lines = {heading(report.work)};
  for (const TimingRow& row : report.rows) lines.push_back(line(report, row));
  return lines;
}

/// How the figures were made.
std::vector<std::string> notes(const TimingReport& report) {
  std::vector<std::string> notes;
  switch (report.work) {
    case TimedWork::kForward:
      notes.emplace_back(
          "Forward of random tokens, all logits in memory, median of the "
          "repetitions in milliseconds.");
      break;
    case TimedWork::kPrompt:
      notes.emplace_back(
          "Prompt of random tokens, the logits of the last, median of the "
          "repetitions in milliseconds.");
      break;
    case TimedWork::kGenerate:
      notes.emplace_back(
          "Greedy generation of one sequence, the prompt not counted, median "
          "of the repetitions; percentiles are of single tokens.");
  }
  if (!report.eviction.empty()) {
    notes.push_back("Cold caches: " + report.eviction + ".");
  }
  notes.push_back(
      fmt::format("{}; {}; commit {}", report.cpu, report.isa, report.commit));
  return notes;
}

} // namespace

std::string timing_text(const TimingReport& report) {
  std::string text = align_columns(table(report), kWords) + "\n";
  for (const std::string& note : notes(report)) text += note + "\n";
  return text;
}

std::string timing_markdown(const TimingReport& report) {
  const std::vector<Cells> lines = table(report);
  std::string text;
  for (const Cells& cells : lines) {
    for (const std::string& cell : cells)
      text += "| " + escape_markdown(cell) + " ";
    text += "|\n";
    if (&cells != &lines.front()) continue;
    for (size_t i = 0; i < cells.size(); ++i) {
      text += i < kWords ? "|---" : "|---:";
    }
    text += "|\n";
  }
  text += "\n";
  for (const std::string& note : notes(report)) text += "- " + note + "\n";
  return text;
}

} // namespace nanobrain
