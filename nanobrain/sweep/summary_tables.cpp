// The tables of a sweep's summary.
#include "nanobrain/sweep/summary.h"

namespace nanobrain {

namespace {

/// "1.8847 ± 0.0031": the half of the 95 % interval.
std::string with_interval(const Estimate& e, const Figure& figure) {
  std::string text = format_value(e.mean, figure.format);
  if (figure.spread != Spread::kInterval || !e.has_interval()) return text;
  return text + " ± " + format_value(e.high - e.mean, figure.format);
}

std::string front_text(OnFront on) {
  if (on == OnFront::kOff) return "";
  return on == OnFront::kOn ? "yes" : "within noise";
}

/// The columns of what cells override, and a row's cells of them.
void add_override_columns(const SweepSummary& summary, Table& table) {
  for (const std::string& key : summary.override_keys()) {
    table.columns.push_back(word_column(key, key));
  }
}

void add_overrides(
    const SweepSummary& summary, const CellSummary& cell, TableRow& row) {
  const Json& overrides = cell.facts.at("overrides");
  for (const std::string& key : summary.override_keys()) {
    if (!overrides.contains(key)) {
      row.emplace_back(nullptr);
    } else if (overrides[key].is_structured()) {
      row.emplace_back(overrides[key].dump());
    } else {
      row.emplace_back(overrides[key]);
    }
  }
}

std::vector<const char*> spread_suffixes(Spread spread) {
  if (spread == Spread::kNone) return {""};
  if (spread == Spread::kDeviation) return {"", "_sd"};
  return {"", "_sd", "_low", "_high"};
}

/// A figure over seeds: its mean and what cells.csv says beside it.
void add_estimate(
    const Figure& figure,
    const std::optional<PrecisionSummary>& summary,
    TableRow& row) {
  const auto suffixes = spread_suffixes(figure.spread);
  if (!summary || !summary->figures.contains(figure.key)) {
    row.insert(row.end(), suffixes.size(), nullptr);
    return;
  }
  const Estimate& e = summary->at(figure.key);
  const double values[] = {e.mean, e.sd, e.low, e.high};
  for (size_t i = 0; i < suffixes.size(); ++i) {
    row.emplace_back(number_or_null(values[i]));
  }
}

void add_estimate_columns(
    const Figure& figure, const std::string& prefix, Table& table) {
  for (const char* suffix : spread_suffixes(figure.spread)) {
    table.columns.push_back({.key = prefix + figure.key + suffix});
  }
}

std::string prefix_of(Precision precision) {
  return precision == Precision::kF32 ? "" : "int8_";
}

/// For programs: the columns, and a row's cells.
void add_value_columns(const SweepSummary& summary, Table& table) {
  for (const Figure* f : in_places(summary.figures, &Figure::csv, false)) {
    add_estimate_columns(*f, "", table);
  }
  table.columns.push_back({.key = "done"});
  table.columns.push_back({.key = "failed"});
  for (const Precision precision : kPrecisions) {
    const std::string prefix = prefix_of(precision);
    for (const Figure* f : in_places(summary.figures, &Figure::csv, true)) {
      add_estimate_columns(*f, prefix, table);
    }
    for (const std::string& axis : axes(summary.figures)) {
      table.columns.push_back({.key = prefix + "front_" + axis});
    }
  }
}

void add_values(
    const SweepSummary& summary, const CellSummary& cell, TableRow& row) {
  for (const Figure* f : in_places(summary.figures, &Figure::csv, false)) {
    if (f->known) {
      row.emplace_back(cell.facts.at(f->key));
    } else {
      add_estimate(*f, cell.f32, row);
    }
  }
  row.emplace_back(cell.count("done"));
  row.emplace_back(cell.count("failed"));
  for (const Precision precision : kPrecisions) {
    const auto& at = cell.at(precision);
    for (const Figure* f : in_places(summary.figures, &Figure::csv, true)) {
      add_estimate(*f, at, row);
    }
    for (const std::string& axis : axes(summary.figures)) {
      const bool marked = at && at->front.contains(axis);
      row.emplace_back(
          marked ? Json(std::string(name(at->front.at(axis)))) : Json());
    }
  }
}

/// For people.
void add_text_columns(const SweepSummary& summary, Table& table) {
  const auto add = [&](const std::string& heading) {
    table.columns.push_back(word_column("", heading));
  };
  const Figures& all = summary.figures;
  for (const Figure* f : in_places(all, &Figure::markdown, false)) {
    add(f->markdown_heading);
  }
  for (const Figure* f : in_places(all, &Figure::markdown, true)) {
    add(f->markdown_heading);
    if (f->role == FigureRole::kObjective) add("on the front");
    add("int8 " + f->markdown_heading);
  }
  add("runs");
}

void add_texts(
    const SweepSummary& summary, const CellSummary& cell, TableRow& row) {
  const auto put = [&](const Figure& figure, Precision precision) {
    const Json mean = cell.mean(figure, precision);
    row.emplace_back(
        mean,
        mean.is_null() ? ""
        : figure.known
            ? format_value(mean, figure.format)
            : with_interval(cell.at(precision)->at(figure.key), figure));
  };
  const Figures& all = summary.figures;
  for (const Figure* f : in_places(all, &Figure::markdown, false)) {
    put(*f, Precision::kF32);
  }
  for (const Figure* f : in_places(all, &Figure::markdown, true)) {
    put(*f, Precision::kF32);
    if (f->role == FigureRole::kObjective) {
      const std::string axis = axes(all).front();
      row.emplace_back(cell.f32 ? front_text(cell.f32->front.at(axis)) : "");
    }
    put(*f, Precision::kInt8);
  }
  const int64_t failed = cell.count("failed");
  row.emplace_back(fmt::format(
      "{} done{}",
      cell.count("done"),
      failed > 0 ? fmt::format(", {} failed", failed) : ""));
}

} // namespace

Table runs_table(const SweepSummary& summary) {
  Table table{.columns = {{.key = "cell"}}};
  add_override_columns(summary, table);
  for (const char* key : {"state", "attempts", "exit_code", "error", "host"}) {
    table.columns.push_back({.key = key});
  }
  const auto sources = result_sources(summary.figures);
  for (const FigureSource* source : sources) {
    table.columns.push_back({.key = source->result});
  }
  for (const CellSummary& cell : summary.cells) {
    for (const RunSummary& run : cell.runs) {
      TableRow& row = table.rows.emplace_back(TableRow{cell.id});
      add_overrides(summary, cell, row);
      const RunStatus& s = run.status;
      row.insert(
          row.end(), {s.state, s.attempts, s.exit_code, s.error, s.host});
      const Json own = run.result ? *run.result : Json{{"seed", run.seed}};
      for (const FigureSource* source : sources) {
        row.emplace_back(own.value(source->result, Json()));
      }
    }
  }
  return table;
}

Table cells_table(const SweepSummary& summary) {
  Table table{.columns = {{.key = "cell"}}};
  add_override_columns(summary, table);
  add_value_columns(summary, table);
  add_text_columns(summary, table);
  for (const CellSummary& cell : summary.cells) {
    TableRow& row = table.rows.emplace_back(TableRow{cell.id});
    add_overrides(summary, cell, row);
    add_values(summary, cell, row);
    add_texts(summary, cell, row);
  }
  return table;
}

} // namespace nanobrain
