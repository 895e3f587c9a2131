// The tables of a sweep's summary.
#include <fmt/format.h>

#include <functional>

#include "nanobrain/sweep/baseline_tables.h"
#include "nanobrain/sweep/provenance.h"
#include "nanobrain/sweep/summary.h"

namespace nanobrain {

namespace {

std::string front_text(OnFront on) {
  switch (on) {
    case OnFront::kOff:
      return "";
    case OnFront::kOffNoise:
      return "off within noise";
    case OnFront::kNoise:
      return "within noise";
    case OnFront::kOn:
      return "yes";
    case OnFront::kIncomplete:
      return "incomplete";
  }
  return "";
}

/// A column of a table of cells, and what it has of one.
struct CellColumn {
  Column column;
  std::function<TableCell(const CellSummary& cell)> value;
};
using CellColumns = std::vector<CellColumn>;

Table headed_by(const CellColumns& columns) {
  Table table;
  for (const CellColumn& c : columns) table.columns.push_back(c.column);
  return table;
}

TableRow row_of(const CellColumns& columns, const CellSummary& cell) {
  TableRow row;
  for (const CellColumn& c : columns) row.push_back(c.value(cell));
  return row;
}

/// A cell's id and what it overrides.
CellColumns name_columns(const SweepSummary& summary) {
  CellColumns columns;
  columns.push_back({{.key = "cell"}, [](const CellSummary& cell) -> TableCell {
                       return cell.id;
                     }});
  for (const std::string& key : summary.override_keys()) {
    columns.push_back(
        {word_column(key, key), [key](const CellSummary& cell) -> TableCell {
           const Json value = cell.facts.at("overrides").value(key, Json());
           if (value.is_structured()) return value.dump();
           return value;
         }});
  }
  return columns;
}

std::string prefix_of(Precision precision) {
  return precision == Precision::kF32 ? "" : "int8_";
}

/// For programs: a figure over seeds, its mean and what is beside it.
void add_estimate(
    const Figure& figure, Precision precision, CellColumns& columns) {
  std::vector<std::pair<const char*, double Estimate::*>> values = {
      {"", &Estimate::mean}};
  if (figure.spread != Spread::kNone) values.push_back({"_sd", &Estimate::sd});
  if (figure.spread == Spread::kInterval) {
    values.push_back({"_low", &Estimate::low});
    values.push_back({"_high", &Estimate::high});
  }
  for (const auto& [suffix, member] : values) {
    columns.push_back(
        {{.key = prefix_of(precision) + figure.key + suffix},
         [&figure, precision, member = member](
             const CellSummary& cell) -> TableCell {
           if (figure.known) return cell.facts.at(figure.key);
           const auto& summary = cell.at(precision);
           if (!summary || !summary->figures.contains(figure.key)) {
             return nullptr;
           }
           return number_or_null(summary->at(figure.key).*member);
         }});
  }
  if (figure.censored) {
    columns.push_back(
        {{.key = figure.key + "_runs"},
         [&figure](const CellSummary& cell) -> TableCell {
           return cell.by_seed(figure, Precision::kF32).size();
         }});
  }
}

void add_values(const SweepSummary& summary, CellColumns& columns) {
  for (const Figure* f : in_places(summary.figures, &Figure::csv, false)) {
    add_estimate(*f, Precision::kF32, columns);
  }
  for (const char* state : {"done", "failed"}) {
    columns.push_back(
        {{.key = state}, [state](const CellSummary& cell) -> TableCell {
           return cell.count(state);
         }});
  }
  for (const Precision precision : kPrecisions) {
    for (const Figure* f : in_places(summary.figures, &Figure::csv, true)) {
      add_estimate(*f, precision, columns);
    }
    for (const std::string& axis : axes(summary.figures)) {
      columns.push_back(
          {{.key = prefix_of(precision) + "front_" + axis},
           [precision, axis](const CellSummary& cell) -> TableCell {
             const auto& at = cell.at(precision);
             if (!at || !at->front.contains(axis)) return nullptr;
             return std::string(name(at->front.at(axis)));
           }});
    }
  }
}

/// For people.
void add_texts(const SweepSummary& summary, CellColumns& columns) {
  const auto add = [&](const std::string& heading, auto value) {
    columns.push_back({word_column("", heading), value});
  };
  const auto add_figure = [&](const Figure& figure, Precision precision) {
    const bool f32 = precision == Precision::kF32;
    add((f32 ? "" : "int8 ") + figure.markdown_heading,
        [&figure, precision](const CellSummary& cell) -> TableCell {
          const Json mean = cell.mean(figure, precision);
          if (mean.is_null()) return {mean, cell.censored_text(figure)};
          if (figure.known) return {mean, format_value(mean, figure.format)};
          return {
              mean, with_interval(cell.at(precision)->at(figure.key), figure)};
        });
  };
  const Figures& all = summary.figures;
  for (const Figure* f : in_places(all, &Figure::markdown, false)) {
    add_figure(*f, Precision::kF32);
  }
  for (const Figure* f : in_places(all, &Figure::markdown, true)) {
    add_figure(*f, Precision::kF32);
    if (f->role == FigureRole::kObjective) {
      add("on the front",
          [axis = axes(all).front()](const CellSummary& cell) -> TableCell {
            const bool marked = cell.f32 && cell.f32->front.contains(axis);
            return marked ? front_text(cell.f32->front.at(axis)) : "";
          });
    }
    add_figure(*f, Precision::kInt8);
  }
  add("runs", [](const CellSummary& cell) -> TableCell {
    const int64_t failed = cell.count("failed");
    return fmt::format(
        "{} done{}",
        cell.count("done"),
        failed > 0 ? fmt::format(", {} failed", failed) : "");
  });
}

/// Of the chosen cells on the files of `measure`.
void add_measured(const SweepSummary& summary, CellColumns& columns) {
  for (const auto& [name, path] : summary.config.measure.items()) {
    const auto of = [&summary,
                     name](const CellSummary& cell) -> std::optional<Estimate> {
      std::vector<double> values;
      for (const auto& [seed, value] : summary.measured(cell, name)) {
        values.push_back(value);
      }
      if (values.empty()) return std::nullopt;
      return estimate(values);
    };
    const Figure& figure = objective(summary.figures);
    columns.push_back(
        {word_column("measured_" + name, figure.title + " on " + name),
         [of, &figure](const CellSummary& cell) -> TableCell {
           const auto e = of(cell);
           if (!e) return {nullptr, ""};
           return {e->mean, with_interval(*e, figure)};
         }});
    for (const auto& [suffix, member] :
         {std::pair{"_low", &Estimate::low}, {"_high", &Estimate::high}}) {
      columns.push_back(
          {{.key = "measured_" + name + suffix},
           [of, member = member](const CellSummary& cell) -> TableCell {
             const auto e = of(cell);
             return e ? number_or_null((*e).*member) : Json();
           }});
    }
  }
}

/// For programs: in every row what the rows of the table do not share.
void add_mixed(const std::vector<Mixture>& mixtures, CellColumns& columns) {
  if (mixtures.empty()) return;
  columns.push_back(
      {{.key = "mixed"},
       [keys = mixed_keys(mixtures)](const CellSummary&) -> TableCell {
         return keys;
       }});
}

/// Of a sweep whose n-grams are counted.
void add_ngrams(const SweepSummary& summary, CellColumns& columns) {
  if (summary.baselines.counted.empty()) return;
  const auto best = [&summary](const CellSummary& cell) {
    return best_ngram(ngrams_of(summary, cell));
  };
  columns.push_back(
      {{.key = "ngram"}, [best](const CellSummary& cell) -> TableCell {
         return best(cell) ? Json(best(cell)->name) : Json();
       }});
  columns.push_back(
      {{.key = "ngram_bits_per_byte"},
       [best](const CellSummary& cell) -> TableCell {
         return best(cell) ? Json(best(cell)->bits_per_byte) : Json();
       }});
  for (const Precision precision : kPrecisions) {
    columns.push_back(
        {word_column(
             prefix_of(precision) + "loses_to",
             precision == Precision::kF32 ? "beside counting" : ""),
         [&summary, precision](const CellSummary& cell) -> TableCell {
           const auto text = describe_against(summary, cell, precision);
           return {text.starts_with("LOSES") ? text : "", text};
         }});
  }
}

} // namespace

std::string with_interval(const Estimate& e, const Figure& figure) {
  std::string text = format_value(e.mean, figure.format);
  if (!figure.is_estimate() || !e.has_interval()) return text;
  return text + " ± " + format_value(e.high - e.mean, figure.format);
}

Table runs_table(const SweepSummary& summary) {
  const CellColumns names = name_columns(summary);
  Table table = headed_by(names);
  for (const char* key : {"state", "attempts", "exit_code", "error", "host"}) {
    table.columns.push_back({.key = key});
  }
  const auto sources = result_sources(summary.figures);
  for (const FigureSource* source : sources) {
    table.columns.push_back({.key = source->result});
  }
  const auto facts = run_facts();
  for (const Fact& fact : facts) {
    if (fact.key != std::string_view("host"))
      table.columns.push_back({.key = fact.key});
  }
  for (const auto& [name, path] : summary.config.measure.items()) {
    table.columns.push_back({.key = "measured_" + name});
  }
  for (const CellSummary& cell : summary.cells) {
    for (const RunSummary& run : cell.runs) {
      TableRow& row = table.rows.emplace_back(row_of(names, cell));
      const RunStatus& s = run.status;
      row.insert(
          row.end(), {s.state, s.attempts, s.exit_code, s.error, s.host});
      const Json own =
          run.result
              ? *run.result
              : Json{{"seed", run.seed.weights}, {"data_seed", run.seed.data}};
      for (const FigureSource* source : sources) {
        row.emplace_back(own.value(source->result, Json()));
      }
      for (const Fact& fact : facts) {
        if (fact.key == std::string_view("host")) continue;
        row.emplace_back(run.facts.value(fact.key, Json()));
      }
      for (const auto& [name, path] : summary.config.measure.items()) {
        const BySeed values = summary.measured(cell, name);
        const auto own_value = values.find(run.seed);
        row.emplace_back(
            own_value == values.end() ? Json() : Json(own_value->second));
      }
    }
  }
  return table;
}

Table cells_table(const SweepSummary& summary) {
  CellColumns columns = name_columns(summary);
  add_values(summary, columns);
  add_texts(summary, columns);
  add_measured(summary, columns);
  add_ngrams(summary, columns);
  const auto mixtures = find_mixtures(summary.cells);
  add_mixed(mixtures, columns);
  Table table = headed_by(columns);
  for (const CellSummary& cell : summary.cells) {
    table.rows.push_back(row_of(columns, cell));
  }
  if (summary.count("done") > 0) {
    table.notes = {
        objective(summary.figures).title + ": " +
            compared_cells(summary, Precision::kF32).model.decision(),
        "front: by p under 5 %, adjusted (Holm) over its comparisons"};
  }
  if (!mixtures.empty()) table.notes.push_back(mixed_note(mixtures));
  for (std::string& note : closing_notes(summary)) {
    table.notes.push_back(std::move(note));
  }
  return table;
}

} // namespace nanobrain
