// The tables of a sweep's summary.
#include <algorithm>

#include "nanobrain/base/fields.h"
#include "nanobrain/base/progress.h"
#include "nanobrain/base/table.h"
#include "nanobrain/sweep/summary.h"

namespace nanobrain {

namespace {

std::string value_text(const Json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

/// "1.8847 ± 0.0031": the half of the 95 % interval.
std::string with_interval(const Estimate& e, int digits) {
  if (!e.has_interval()) return fmt::format("{:.{}f}", e.mean, digits);
  return fmt::format(
      "{:.{}f} ± {:.{}f}", e.mean, digits, e.high - e.mean, digits);
}

std::string front_text(OnFront on) {
  if (on == OnFront::kOff) return "";
  return on == OnFront::kOn ? "yes" : "within noise";
}

void add_precision(
    std::vector<Json>& row, const std::optional<PrecisionSummary>& p) {
  if (!p) {
    row.insert(row.end(), 8 + std::size(kFrontAxes), nullptr);
    return;
  }
  const Estimate& bits = p->bits_per_byte;
  for (const Json& value :
       {number_or_null(bits.mean),
        number_or_null(bits.sd),
        number_or_null(bits.low),
        number_or_null(bits.high),
        number_or_null(p->loss.mean),
        Json(p->bytes),
        number_or_null(p->forward_ms.mean),
        number_or_null(p->forward_ms.sd)}) {
    row.push_back(value);
  }
  for (const char* axis : kFrontAxes) {
    row.emplace_back(std::string(name(p->front.at(axis))));
  }
}

void add_precision_heading(std::vector<Json>& row, const std::string& prefix) {
  for (const char* column :
       {"bits_per_byte",
        "bits_per_byte_sd",
        "bits_per_byte_low",
        "bits_per_byte_high",
        "loss",
        "bytes",
        "forward_ms",
        "forward_ms_sd"}) {
    row.push_back(prefix + column);
  }
  for (const char* axis : kFrontAxes) {
    row.push_back(prefix + "front_" + axis);
  }
}

/// Every key that some cell overrides, in the order of the cells.
std::vector<std::string> override_keys(const SweepSummary& summary) {
  std::vector<std::string> keys;
  for (const CellSummary& cell : summary.cells) {
    for (const auto& [key, value] : cell.facts.at("overrides").items()) {
      if (std::find(keys.begin(), keys.end(), key) == keys.end()) {
        keys.push_back(key);
      }
    }
  }
  return keys;
}

std::vector<Json> override_values(
    const CellSummary& cell, const std::vector<std::string>& keys) {
  std::vector<Json> row;
  for (const std::string& key : keys) {
    const Json& overrides = cell.facts.at("overrides");
    if (!overrides.contains(key)) {
      row.emplace_back(nullptr);
    } else if (overrides[key].is_structured()) {
      row.emplace_back(overrides[key].dump());
    } else {
      row.push_back(overrides[key]);
    }
  }
  return row;
}

} // namespace

std::string runs_csv(const SweepSummary& summary) {
  const auto keys = override_keys(summary);
  std::vector<Json> heading = {"cell"};
  heading.insert(heading.end(), keys.begin(), keys.end());
  for (const char* column :
       {"state", "attempts", "exit_code", "error", "host"}) {
    heading.emplace_back(column);
  }
  const Json figures = write_fields(RunResult{});
  for (const auto& [key, value] : figures.items()) heading.emplace_back(key);
  std::string text = csv_line(heading);
  for (const CellSummary& cell : summary.cells) {
    for (const RunSummary& run : cell.runs) {
      std::vector<Json> row = {cell.id};
      const auto values = override_values(cell, keys);
      row.insert(row.end(), values.begin(), values.end());
      const RunStatus& s = run.status;
      for (const Json& value :
           {Json(s.state),
            Json(s.attempts),
            Json(s.exit_code),
            Json(s.error),
            Json(s.host)}) {
        row.push_back(value);
      }
      const Json own =
          run.result ? write_fields(*run.result) : Json{{"seed", run.seed}};
      for (const auto& [key, unused] : figures.items()) {
        row.push_back(own.contains(key) ? own[key] : Json(nullptr));
      }
      text += csv_line(row);
    }
  }
  return text;
}

std::string cells_csv(const SweepSummary& summary) {
  const auto keys = override_keys(summary);
  std::vector<Json> heading = {"cell"};
  heading.insert(heading.end(), keys.begin(), keys.end());
  for (const char* column :
       {"parameters", "steps", "tokens", "train_flops", "done", "failed"}) {
    heading.emplace_back(column);
  }
  add_precision_heading(heading, "");
  add_precision_heading(heading, "int8_");
  std::string text = csv_line(heading);
  for (const CellSummary& cell : summary.cells) {
    std::vector<Json> row = {cell.id};
    const auto values = override_values(cell, keys);
    row.insert(row.end(), values.begin(), values.end());
    for (const char* fact : {"parameters", "steps", "tokens", "train_flops"}) {
      row.push_back(cell.facts.at(fact));
    }
    row.emplace_back(cell.count("done"));
    row.emplace_back(cell.count("failed"));
    add_precision(row, cell.f32);
    add_precision(row, cell.int8);
    text += csv_line(row);
  }
  return text;
}

std::string cells_markdown(const SweepSummary& summary) {
  const auto keys = override_keys(summary);
  std::string heading = "|";
  std::string rule = "|";
  const auto add = [&](const std::string& column) {
    heading += fmt::format(" {} |", escape_markdown(column));
    rule += "---|";
  };
  for (const auto& key : keys) add(key);
  for (const char* column :
       {"parameters",
        "training FLOPs",
        "bits per byte",
        "on the front",
        "int8 bits per byte",
        "forward ms",
        "int8 forward ms",
        "runs"}) {
    add(column);
  }
  std::string text = heading + "\n" + rule + "\n";
  for (const CellSummary& cell : summary.cells) {
    text += "|";
    const auto put = [&](const std::string& value) {
      text += fmt::format(" {} |", escape_markdown(value));
    };
    for (const Json& value : override_values(cell, keys)) {
      put(value.is_null() ? "" : value_text(value));
    }
    put(format_count(cell.facts.at("parameters").get<int64_t>()));
    put(fmt::format("{:.3g}", cell.facts.at("train_flops").get<double>()));
    if (cell.f32) {
      put(with_interval(cell.f32->bits_per_byte, 4));
      put(front_text(cell.f32->front.at("parameters")));
      put(with_interval(cell.int8->bits_per_byte, 4));
      put(fmt::format("{:.3f}", cell.f32->forward_ms.mean));
      put(fmt::format("{:.3f}", cell.int8->forward_ms.mean));
    } else {
      for (int i = 0; i < 5; ++i) put("");
    }
    put(fmt::format(
        "{} done{}",
        cell.count("done"),
        cell.count("failed") == 0
            ? ""
            : fmt::format(", {} failed", cell.count("failed"))));
    text += "\n";
  }
  return text;
}

} // namespace nanobrain
