#include "nanobrain/inference/timing_report.h"

#include <fmt/format.h>

namespace nanobrain {

namespace {

const char* name(TimedWork work) {
  switch (work) {
    case TimedWork::kForward:
      return "forward";
    case TimedWork::kPrompt:
      return "prompt";
    case TimedWork::kGenerate:
      return "generate";
  }
  return "";
}

/// Of the median repetition, in any unit.
double speed(TimedWork work, const TimingRow& row) {
  const double seconds = row.seconds.p50;
  return (work == TimedWork::kGenerate ? static_cast<double>(row.tokens) : 1) /
         seconds;
}

/// What was measured: a column, and its value of a row.
struct Figure {
  Column column;
  Json (*value)(const TimingRow& row);
};

std::vector<Figure> figures(TimedWork work) {
  using Row = const TimingRow&;
  if (work == TimedWork::kGenerate) {
    return {
        {{"tokens_per_s", "tokens/s", "{:.0f}"},
         [](Row r) -> Json { return double(r.tokens) / r.seconds.p50; }},
        {{"min", "min", "{:.0f}"}, // of the slowest
         [](Row r) -> Json { return double(r.tokens) / r.seconds.max; }},
        {{"max", "max", "{:.0f}"},
         [](Row r) -> Json { return double(r.tokens) / r.seconds.min; }},
        {{"token_p50_us", "token us: p50", "{:.1f}"},
         [](Row r) -> Json { return 1e6 * r.token_seconds.p50; }},
        {{"token_p90_us", "p90", "{:.1f}"},
         [](Row r) -> Json { return 1e6 * r.token_seconds.p90; }},
        {{"token_p99_us", "p99", "{:.1f}"},
         [](Row r) -> Json { return 1e6 * r.token_seconds.p99; }}};
  }
  return {
      {{"median_ms", "ms", "{:.4f}"},
       [](Row r) -> Json { return 1e3 * r.seconds.p50; }},
      {{"min", "min", "{:.4f}"},
       [](Row r) -> Json { return 1e3 * r.seconds.min; }},
      {{"max", "max", "{:.4f}"},
       [](Row r) -> Json { return 1e3 * r.seconds.max; }},
      {{"p50_ms"}, [](Row r) -> Json { return 1e3 * r.seconds.p50; }},
      {{"p90_ms", "p90", "{:.4f}"},
       [](Row r) -> Json { return 1e3 * r.seconds.p90; }},
      {{"p99_ms", "p99", "{:.4f}"},
       [](Row r) -> Json { return 1e3 * r.seconds.p99; }}};
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

double TimingReport::ratio(const TimingRow& row) const {
  return speed(work, row) / speed(work, rows.front());
}

Table TimingReport::table() const {
  const bool generates = work == TimedWork::kGenerate;
  const auto measured = figures(work);
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
  for (const Figure& figure : measured) columns.push_back(figure.column);
  columns.insert(
      columns.end(),
      {{"ratio", "x the first", "{:.2f}"}, {"cpu"}, {"isa"}, {"commit"}});
  for (const TimingRow& row : rows) {
    TableRow cells = {
        name(work), row.model, row.precision, row.backend, row.threads};
    if (generates) cells.emplace_back(row.prompt_tokens);
    cells.emplace_back(row.tokens);
    cells.emplace_back(row.cold ? "cold" : "warm");
    cells.emplace_back(row.seconds.count);
    for (const Figure& figure : measured) cells.emplace_back(figure.value(row));
    cells.emplace_back(ratio(row));
    for (const auto& fact : {cpu, isa, commit}) cells.emplace_back(fact);
    table.rows.push_back(cells);
  }
  table.notes = notes(*this);
  return table;
}

Json TimingReport::to_json() const {
  constexpr const char* kOfAll[] = {"work", "cpu", "isa", "commit"};
  Json list = table().json();
  for (Json& row : list) {
    for (const char* key : kOfAll) row.erase(key);
  }
  Json json = {{"work", name(work)}};
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
