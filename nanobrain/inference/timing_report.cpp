// What a timing says, as a table for people, CSV, Markdown and JSON.
#include <fmt/format.h>

#include <array>

#include "nanobrain/inference/timing.h"

namespace nanobrain {

namespace {

constexpr std::array kNames = {"forward", "prompt", "generate"};
constexpr std::array kNotes = {
    "Forward of random tokens, all logits in memory, median of the repetitions "
    "in milliseconds.",
    "Prompt of random tokens, the logits of the last, median of the "
    "repetitions in milliseconds.",
    "Greedy generation of one sequence, the prompt not counted, median of the "
    "repetitions; percentiles are of single tokens."};

/// In any unit, of a forward or generation that took `seconds`.
double speed(TimedWork work, const TimingRow& row, double seconds) {
  return (work == TimedWork::kGenerate ? static_cast<double>(row.tokens) : 1) /
         seconds;
}

/// What was measured: a column, and its value in a row.
struct Figure {
  Column column;
  double value;
};

std::vector<Figure> figures(TimedWork work, const TimingRow& row) {
  const auto& [count, min, p25, p50, p75, p90, p99, max] = row.seconds;
  const Statistics& token = row.token_seconds;
  const auto tokens = static_cast<double>(row.tokens);
  if (work == TimedWork::kGenerate) {
    return {
        {{"tokens_per_s", "tokens/s", "{:.0f}"}, tokens / p50},
        {{"min", "min", "{:.0f}"}, tokens / max}, // of the slowest
        {{"max", "max", "{:.0f}"}, tokens / min},
        {{"token_p50_us", "token us: p50", "{:.1f}"}, 1e6 * token.p50},
        {{"token_p90_us", "p90", "{:.1f}"}, 1e6 * token.p90},
        {{"token_p99_us", "p99", "{:.1f}"}, 1e6 * token.p99}};
  }
  return {
      {{"median_ms", "ms", "{:.4f}"}, 1e3 * p50},
      {{"min", "min", "{:.4f}"}, 1e3 * min},
      {{"max", "max", "{:.4f}"}, 1e3 * max},
      {{"p50_ms"}, 1e3 * p50},
      {{"p90_ms", "p90", "{:.4f}"}, 1e3 * p90},
      {{"p99_ms", "p99", "{:.4f}"}, 1e3 * p99}};
}

} // namespace

Statistics TimingReport::ratio(const TimingRow& row) const {
  const TimingRow& first = rows.front();
  std::vector<double> ratios;
  for (size_t i = 0; i < row.turns.size(); ++i) {
    ratios.push_back(
        speed(work, row, row.turns[i]) / speed(work, first, first.turns[i]));
  }
  return statistics_of(std::move(ratios));
}

Table TimingReport::table() const {
  const bool generates = work == TimedWork::kGenerate;
  Table table{
      .columns = {
          {"work"},
          word_column("model", "model"),
          word_column("precision", "precision"),
          word_column("backend", "backend"),
          {"threads", "threads"}}};
  auto& columns = table.columns;
  if (generates) columns.push_back({"prompt_tokens", "prompt"});
  columns.insert(
      columns.end(),
      {{"tokens", "tokens"}, {"cache", "cache"}, {"repetitions"}});
  for (const auto& [column, _] : figures(work, rows.front())) {
    columns.push_back(column);
  }
  columns.insert(
      columns.end(),
      {{"ratio", "x the first", "{:.2f}"},
       {"ratio_p25", "p25", "{:.2f}"},
       {"ratio_p75", "p75", "{:.2f}"},
       {"cpu"},
       {"isa"},
       {"commit"}});
  for (const TimingRow& row : rows) {
    TableRow cells = {
        kNames[static_cast<size_t>(work)],
        row.model,
        row.precision,
        row.backend,
        row.threads};
    if (generates) cells.emplace_back(row.prompt_tokens);
    cells.emplace_back(row.tokens);
    cells.emplace_back(row.cold ? "cold" : "warm");
    cells.emplace_back(row.seconds.count);
    for (const auto& [_, value] : figures(work, row)) cells.emplace_back(value);
    const Statistics of_first = ratio(row);
    for (const double value : {of_first.p50, of_first.p25, of_first.p75}) {
      cells.emplace_back(value);
    }
    for (const auto& fact : {cpu, isa, commit}) cells.emplace_back(fact);
    table.rows.push_back(cells);
  }
  table.notes.emplace_back(kNotes[static_cast<size_t>(work)]);
  if (rows.size() > 1) {
    table.notes.emplace_back(
        "The rows take turns in each repetition; x the first: the median and "
        "the quartiles of the ratios of the repetitions.");
  }
  if (!eviction.empty())
    table.notes.push_back("Cold caches: " + eviction + ".");
  table.notes.push_back(fmt::format("{}; {}; commit {}", cpu, isa, commit));
  return table;
}

Json TimingReport::to_json() const {
  constexpr const char* kOfAll[] = {"work", "cpu", "isa", "commit"};
  Json list = table().json();
  for (Json& row : list) {
    for (const char* key : kOfAll) row.erase(key);
  }
  Json json = {{"work", kNames[static_cast<size_t>(work)]}};
  for (const char* key :
       {"median_ms", "tokens_per_s", "min", "max", "threads"}) {
    if (list.front().contains(key)) json[key] = list.front()[key];
  }
  json["cpu"] = cpu;
  json["isa"] = isa;
  json["commit"] = commit;
  if (!eviction.empty()) json["cold"] = eviction;
  json["rows"] = list;
  return json;
}

} // namespace nanobrain
