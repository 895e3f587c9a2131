#include "nanobrain/sweep/baseline_tables.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "nanobrain/base/fields.h"
#include "nanobrain/sweep/confirm.h"

namespace nanobrain {

namespace {

std::optional<double> mean_of(
    const SweepSummary& sweep, const CellSummary& cell, Precision precision) {
  const Json mean = cell.mean(objective(sweep.figures), precision);
  if (mean.is_null()) return std::nullopt;
  return mean.get<double>();
}

/// At either precision.
bool loses(
    const SweepSummary& sweep,
    const CellSummary& cell,
    std::span<const CountedNgram> ngrams) {
  return std::ranges::any_of(kPrecisions, [&](Precision precision) {
    const auto mean = mean_of(sweep, cell, precision);
    return mean && loses(*mean, ngrams);
  });
}

int64_t count_losing(
    const SweepSummary& sweep,
    const std::vector<std::string>& ids,
    std::span<const CountedNgram> ngrams) {
  return std::ranges::count_if(sweep.cells, [&](const CellSummary& cell) {
    return std::ranges::count(ids, cell.id) > 0 && loses(sweep, cell, ngrams);
  });
}

std::string list_ngrams(std::span<const CountedNgram> ngrams) {
  std::vector<std::string> list;
  for (const CountedNgram& n : ngrams) {
    list.push_back(fmt::format("{} {:.4f}", n.short_name(), n.bits_per_byte));
  }
  return fmt::format("{}", fmt::join(list, ", "));
}

void add_test_notes(
    const SweepSummary& sweep, std::vector<std::string>& notes) {
  const auto& looks = sweep.test.looks;
  if (!sweep.test.missing.empty()) {
    notes.push_back(
        sweep.test.missing + ": val was used both to choose and to report");
    return;
  }
  if (looks.empty()) return;
  const Figure& figure = objective(sweep.figures);
  for (const TestedCell& cell : looks.back().cells) {
    if (!cell.measured.empty()) {
      std::string texts;
      for (const auto& [name, values] : cell.measured.items()) {
        texts += fmt::format(
            ", {} on {}", with_interval(estimate(values), figure), name);
      }
      notes.push_back(fmt::format(
          "{}: {}, {} bits per byte on data.val{} (Student's t over {} runs)",
          is_confirmation(sweep.config) ? "on fresh seeds"
                                        : "chosen on data.val",
          cell.id,
          with_interval(estimate(cell.val), figure),
          texts,
          cell.val.size()));
      continue;
    }
    const Estimate test = estimate(cell.test);
    notes.push_back(fmt::format(
        "{}: {}, {} bits per byte on val, {} on test (Student's t over {} "
        "runs)",
        is_confirmation(sweep.config) ? "on fresh seeds" : "chosen on val",
        cell.id,
        with_interval(estimate(cell.val), figure),
        with_interval(test, figure),
        cell.test.size()));
    if (cell.ngrams.empty()) continue;
    notes.push_back(fmt::format(
        "on test it {}; n-grams there: {}",
        describe_against(test.mean, cell.ngrams),
        list_ngrams(cell.ngrams)));
  }
  const int64_t before = sweep.test.looks_before;
  std::string name = "test";
  for (const auto& [measured, path] : sweep.config.measure.items()) {
    name = &path == &sweep.config.measure.front() ? measured
                                                  : name + ", " + measured;
  }
  notes.push_back(
      sweep.test.looks_in_all() == 1
          ? name + " was looked at once"
          : fmt::format(
                "{} was looked at {} times{}: it is no test of what was "
                "chosen after the first",
                name,
                sweep.test.looks_in_all(),
                before == 0
                    ? ""
                    : fmt::format(", {} before the confirmation", before)));
}

Json test_json(const SweepSummary& sweep) {
  const TestFigure& figure = sweep.test;
  if (figure.looks.empty() && figure.missing.empty()) return nullptr;
  Json json = {
      {"looks", figure.looks_in_all()},
      {"missing",
       figure.missing.empty() ? Json(nullptr) : Json(figure.missing)},
      {"confirmation", is_confirmation(sweep.config)},
      {"cells", Json::array()}};
  if (figure.looks.empty()) return json;
  for (const TestedCell& cell : figure.looks.back().cells) {
    Json ngrams = Json::array();
    for (const CountedNgram& ngram : cell.ngrams) {
      ngrams.push_back(write_fields(ngram));
    }
    Json measured = Json::object();
    for (const auto& [name, values] : cell.measured.items()) {
      measured[name] = estimate(values).to_json();
    }
    json["cells"].push_back(
        {{"id", cell.id},
         {"val", estimate(cell.val).to_json()},
         {"test", cell.test.empty() ? Json() : estimate(cell.test).to_json()},
         {"measured", std::move(measured)},
         {"ngrams", std::move(ngrams)}});
  }
  return json;
}

} // namespace

std::string describe_cells(const std::vector<std::string>& ids) {
  if (ids.size() == 1) return ids.front();
  return fmt::format("{} and {} more", ids.front(), ids.size() - 1);
}

std::span<const CountedNgram> ngrams_of(
    const SweepSummary& sweep, const CellSummary& cell) {
  const CountedBaselines* baselines = sweep.baselines.of(cell.id);
  if (baselines == nullptr) return {};
  return baselines->ngrams;
}

std::string describe_against(
    const SweepSummary& sweep, const CellSummary& cell, Precision precision) {
  const auto mean = mean_of(sweep, cell, precision);
  return mean ? describe_against(*mean, ngrams_of(sweep, cell)) : "";
}

bool loses(const SweepSummary& sweep, const CellSummary& cell) {
  return loses(sweep, cell, ngrams_of(sweep, cell));
}

int64_t count_losing(const SweepSummary& sweep) {
  return std::ranges::count_if(
      sweep.cells, [&](const CellSummary& cell) { return loses(sweep, cell); });
}

Table ngrams_table(const SweepSummary& sweep) {
  Table table{
      .columns = {
          word_column("cells", "trained as"),
          {.key = "tokens", .title = "counted tokens", .format = kCount},
          {.key = "data_seed", .title = "of data seed"},
          word_column("name", "n-gram"),
          {.key = "bits_per_byte", .title = "bits/byte", .format = "{:.4f}"},
          {"losing"},
          word_column("", "cells")}};
  for (const CountedBaselines& counted : sweep.baselines.counted) {
    for (const CountedNgram& ngram : counted.ngrams) {
      const int64_t losing =
          count_losing(sweep, counted.cells, std::span(&ngram, 1));
      table.rows.push_back(
          {{counted.cells, describe_cells(counted.cells)},
           counted.tokens,
           counted.data_seed,
           ngram.name,
           ngram.bits_per_byte,
           losing,
           {nullptr,
            losing == 0
                ? "all beat it"
                : fmt::format(
                      "LOSES to it: {} of {}", losing, counted.cells.size())}});
    }
  }
  return table;
}

std::vector<std::string> closing_notes(const SweepSummary& sweep) {
  std::vector<std::string> notes;
  const auto& [counted, missing] = sweep.baselines;
  if (!missing.empty()) notes.push_back("without counted n-grams: " + missing);
  int64_t cells = 0;
  for (const CountedBaselines& c : counted) cells += std::ssize(c.cells);
  const int64_t losing = count_losing(sweep);
  if (losing > 0) {
    notes.push_back(fmt::format(
        "LOSES to a counted n-gram: {} of {} cells", losing, cells));
  } else if (cells > 0) {
    notes.push_back(fmt::format(
        "all {} cells beat the n-grams counted on what they saw", cells));
  }
  add_test_notes(sweep, notes);
  return notes;
}

std::string closing_text(const SweepSummary& sweep) {
  std::string text;
  if (!sweep.baselines.counted.empty()) {
    text = "\n" + ngrams_table(sweep).text() + "\n";
  }
  for (const std::string& note : closing_notes(sweep)) text += note + "\n";
  return text;
}

Json closing_json(const SweepSummary& sweep) {
  return {
      {"ngrams", ngrams_table(sweep).json()},
      {"losing",
       sweep.baselines.counted.empty() ? Json(nullptr)
                                       : Json(count_losing(sweep))},
      {"test", test_json(sweep)}};
}

} // namespace nanobrain
