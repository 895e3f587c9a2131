#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <set>

#include "nanobrain/base/fields.h"
#include "nanobrain/base/progress.h"
#include "nanobrain/inference/comparison.h"

namespace nanobrain {

namespace {

/// A figure that models are compared by: its key in a row of the JSON.
struct Measure {
  std::string_view key;
  const char* title;
  const char* format;
};
constexpr std::string_view kBitsPerByte = "bits_per_byte";
constexpr std::string_view kDifference = "bits_per_byte_difference";
constexpr const char* kSeedShare = "seed_share";
constexpr std::array kMeasures = {
    Measure{"nats_per_token", "nats/token", "{:.4f}"},
    Measure{"perplexity", "perplexity", "{:.4g}"},
    Measure{kBitsPerByte, "bits/byte", "{:.4f}"},
    Measure{kDifference, "less the first", "{:+.4f}"},
    Measure{"word_perplexity", "word perplexity", "{:.4g}"}};

Json to_json(const LossIntervals& intervals) {
  const auto ends = [](const Interval& interval) {
    return Json::array(
        {number_or_null(interval.low), number_or_null(interval.high)});
  };
  return {
      {"nats_per_token", ends(intervals.nats_per_token)},
      {"perplexity", ends(intervals.perplexity)},
      {"bits_per_byte", ends(intervals.bits_per_byte)},
      {"word_perplexity", ends(intervals.word_perplexity)},
      {"bits_per_byte_difference", ends(intervals.bits_per_byte_difference)}};
}

Json model_row(const ComparedModel& model, const ComparedModel& first) {
  Json row = {
      {"model", model.name},
      {"published", false},
      {"tokenizer", model.tokenizer}};
  row.update(model.loss.to_json());
  row["intervals"] =
      model.intervals ? to_json(*model.intervals) : Json(nullptr);
  row[kDifference] =
      number_or_null(model.loss.bits_per_byte() - first.loss.bits_per_byte());
  row["parameters"] = model.parameters;
  row["precision"] = model.precision;
  row["model_bytes"] = model.file_bytes;
  row["tokens_per_s"] = static_cast<double>(model.loss.tokens) / model.seconds;
  return row;
}

/// "bigram (Kneser-Ney) of run, wide".
std::string title_of(
    const ComparedBaseline& baseline,
    const std::vector<ComparedModel>& models) {
  std::vector<std::string> names;
  for (const size_t i : baseline.models) names.push_back(models[i].name);
  return fmt::format("{} of {}", baseline.name, fmt::join(names, ", "));
}

Json baseline_row(
    const ComparedBaseline& baseline,
    const std::vector<ComparedModel>& models) {
  Json row = {
      {"model", title_of(baseline, models)},
      {"baseline", true},
      {"published", false},
      {"tokenizer", baseline.tokenizer}};
  row.update(baseline.loss.to_json());
  row["intervals"] =
      baseline.intervals ? to_json(*baseline.intervals) : Json(nullptr);
  row[kDifference] = number_or_null(
      baseline.loss.bits_per_byte() - models.front().loss.bits_per_byte());
  row["baseline_tokens"] = baseline.counted_tokens;
  return row;
}

Json published_row(
    const PublishedModel& model,
    const PublishedFigure& figure,
    const std::string& sha256) {
  Json row = {{"model", model.model}, {"published", true}};
  row.update(write_fields(figure));
  const auto bits_per_byte = figure.bits_per_byte(sha256);
  row["same_text"] = figure.is_of(sha256);
  row[kBitsPerByte] = bits_per_byte ? Json(*bits_per_byte) : Json(nullptr);
  row["parameters"] =
      model.parameters ? Json(*model.parameters) : Json(nullptr);
  return row;
}

std::vector<std::string> names_of(const std::vector<ComparedModel>& models) {
  std::vector<std::string> names;
  for (const ComparedModel& model : models) names.push_back(model.name);
  return names;
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
  std::vector<std::string> rules = {
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
          ? "95 % intervals: none, the text cannot be split"
          : fmt::format(
                "95 % intervals: {} resampled {} times, the same for every "
                "model",
                report.units.describe(),
                format_count(kResamples))};
  if (report.units.count < 2) return rules;
  for (const auto& line :
       describe_seeds(report.seeds, names_of(report.models))) {
    rules.push_back(line);
  }
  return rules;
}

/// What is to know about the figures.
std::vector<std::string> notes(const ComparisonReport& report) {
  std::vector<std::string> notes = {fmt::format(
      "Perplexities of different tokenizers do not compare, bits per byte do. "
      "Speed: {} on {} {}.",
      report.precision(),
      report.threads,
      report.threads == 1 ? "thread" : "threads")};
  const Json json = report.to_json();
  for (const Json& row : json["rows"]) {
    const std::string lost =
        describe_defeats(row.value("loses_to", Json::array()));
    if (lost.empty()) continue;
    notes.push_back(row["model"].get<std::string>() + " " + lost);
  }
  if (json["intervals"]["few_units"]) {
    notes.push_back(fmt::format(
        "WARNING: the intervals are too narrow: their {} differ in size, and "
        "say as much as {:.1f} of one size. Fewer than {:.0f} are too few.",
        report.units.describe(),
        report.effective_units,
        kFewUnits));
  }
  for (const std::string& missing : report.missing_baselines) {
    notes.push_back("no n-gram baselines: " + missing);
  }
  const size_t before = notes.size() - 1;
  if (!report.published) return notes;
  for (const PublishedFigure& figure : report.published->figures) {
    const bool same = figure.is_of(report.text.sha256);
    const bool same_windows =
        figure.context == report.context && figure.stride == report.stride;
    notes.push_back(fmt::format(
        "[{}] {}{}; context {}, stride {}{}; {}",
        notes.size() - before,
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

// The table's columns: the model, what programs alone read, the figures with
// the ends of their intervals, and the sizes.
constexpr size_t kFirstFigure = 6;
constexpr size_t kFirstSize = kFirstFigure + 3 * kMeasures.size();

std::vector<Column> columns() {
  std::vector<Column> columns = {
      word_column("model", "model"),
      {"published"},
      {"context"},
      {"stride"},
      {"text"},
      {"tokens"}};
  for (const auto& [key, title, format] : kMeasures) {
    columns.push_back({std::string(key), title, format});
    for (const char* end : {"low", "high"}) {
      columns.push_back({fmt::format("{}_{}", key, end)});
    }
  }
  columns.insert(
      columns.end(),
      {{.title = "tokens", .format = kCount},
       {.title = "bytes/token", .format = "{:.2f}"},
       {"parameters", "parameters", kCount},
       {.title = "precision"},
       {"model_bytes", "model file", kBytes},
       {"tokens_per_s", "tokens/s", kCount},
       {"source"},
       {"loses_to"},
       {kSeedShare}});
  return columns;
}

/// A figure of a row of the JSON, with its interval.
TableCell figure_cell(
    const Measure& measure, const Json& row, const Json& ends) {
  TableCell cell = row.value(measure.key, Json());
  if (row["published"] && measure.key == kBitsPerByte) {
    cell.text = cell.value.is_null() ? "not comparable"
                                     : format_value(cell.value, "{:.3f}");
  } else if (!ends[0].is_null() || !ends[1].is_null()) {
    const auto read = [&](const Json& end) {
      return end.is_null() ? "-" : format_value(end, measure.format);
    };
    cell.detail = read(ends[0]) + " .. " + read(ends[1]);
  }
  return cell;
}

/// Row `index` of the JSON.
TableRow table_row(const Json& json, size_t index, size_t models) {
  const Json& row = json["rows"][index];
  const bool published = row["published"];
  const bool baseline = row.value("baseline", false);
  const Json& windows = published ? row : json;
  TableRow cells = {
      row["model"],
      published,
      windows["context"],
      windows["stride"],
      published ? row["text"] : json["text"]["sha256"],
      row["tokens"]};
  if (published) {
    cells[0].text = fmt::format(
        "{}, published [{}]",
        row["model"].get<std::string>(),
        index - models + 1);
  }
  const Json intervals = row.value("intervals", Json());
  for (const Measure& measure : kMeasures) {
    const Json ends = intervals.is_object() ? intervals[measure.key]
                                            : Json::array({nullptr, nullptr});
    TableCell cell = figure_cell(measure, row, ends);
    if (index == 0 && measure.key == kDifference) cell = {cell.value, "-"};
    cells.insert(cells.end(), {cell, ends[0], ends[1]});
  }
  const bool measured = !published || row["same_text"];
  const Json tokens = measured && !baseline ? row["tokens"] : Json();
  const auto real = [&](const char* key) { return row[key].get<double>(); };
  cells.insert(
      cells.end(),
      {tokens,
       tokens.is_null()
           ? Json()
           : Json(real(published ? "text_bytes" : "bytes") / real("tokens")),
       row.value("parameters", Json()),
       row.value("precision", Json()),
       row.value("model_bytes", Json()),
       row.value("tokens_per_s", Json()),
       row.value("source", Json()),
       Json(describe_defeats(row.value("loses_to", Json::array()))),
       row.value(kSeedShare, Json())});
  return cells;
}

/// The first column and those of [begin, end), without rows that have nothing
/// in the first of these.
Table part(const Table& whole, size_t begin, size_t end) {
  const auto take = [&](const auto& all) {
    std::remove_cvref_t<decltype(all)> taken = {all.front()};
    taken.insert(taken.end(), all.begin() + begin, all.begin() + end);
    return taken;
  };
  Table table{.columns = take(whole.columns), .absent = whole.absent};
  for (const TableRow& row : whole.rows) {
    if (!row[begin].value.is_null()) table.rows.push_back(take(row));
  }
  return table;
}

} // namespace

std::vector<Baseline> ComparisonReport::baselines_of(size_t model) const {
  std::vector<Baseline> own;
  for (const ComparedBaseline& baseline : baselines) {
    if (std::ranges::count(baseline.models, model) == 0) continue;
    own.push_back({baseline.name, baseline.loss});
  }
  return own;
}

std::string ComparisonReport::precision() const {
  std::set<std::string> precisions;
  for (const ComparedModel& model : models) precisions.insert(model.precision);
  return fmt::format("{}", fmt::join(precisions, ", "));
}

Json ComparisonReport::to_json() const {
  Json json = {
      {"protocol", protocol_name(protocol)},
      {"context", context},
      {"stride", stride},
      {"text",
       {{"documents", text.documents},
        {"bytes", text.bytes},
        {"skipped", text.skipped},
        {"repaired", text.repaired},
        {"sha256", text.sha256.empty() ? Json(nullptr) : Json(text.sha256)}}},
      {"intervals",
       {{"confidence", 0.95},
        {"resamples", kResamples},
        {"unit", units.unit()},
        {"units", units.count},
        {"effective_units", effective_units},
        {"few_units", units.count > 1 && effective_units < kFewUnits},
        {"block_bytes",
         units.block_bytes == 0 ? Json(nullptr) : Json(units.block_bytes)}}},
      {"seeds", Json::array()},
      {"precision", precision()},
      {"threads", threads},
      {"rows", Json::array()}};
  for (size_t i = 0; i < models.size(); ++i) {
    Json row = model_row(models[i], models.front());
    const auto own = baselines_of(i);
    row["loses_to"] = own.empty() ? Json() : defeats(models[i].loss, own);
    row[kSeedShare] = nullptr;
    json["rows"].push_back(row);
  }
  for (const SeedGroup& group : seeds) {
    json["seeds"].push_back(group.to_json(names_of(models)));
    for (const size_t i : group.models) {
      json["rows"][i][kSeedShare] = group.seed_share();
    }
  }
  if (published) {
    for (const PublishedFigure& figure : published->figures) {
      json["rows"].push_back(published_row(*published, figure, text.sha256));
    }
  }
  for (const ComparedBaseline& baseline : baselines) {
    json["rows"].push_back(baseline_row(baseline, models));
  }
  return json;
}

Table ComparisonReport::table() const {
  const Json json = to_json();
  Table table{
      .preface = rules(*this),
      .columns = columns(),
      .notes = notes(*this),
      .absent = "-"};
  for (size_t i = 0; i < json["rows"].size(); ++i) {
    table.rows.push_back(table_row(json, i, models.size()));
  }
  return table;
}

std::string ComparisonReport::to_text() const {
  const Table whole = table();
  Table figures = part(whole, kFirstFigure, kFirstSize);
  Table sizes = part(whole, kFirstSize, whole.columns.size());
  figures.preface = whole.preface;
  sizes.notes = whole.notes;
  return join_tables({figures, sizes}, &Table::text);
}

} // namespace nanobrain
