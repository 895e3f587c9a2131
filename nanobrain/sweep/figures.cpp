#include "nanobrain/sweep/figures.h"

#include <algorithm>
#include <cmath>

#include "nanobrain/base/error.h"
#include "nanobrain/base/table.h"

namespace nanobrain {

namespace {

using enum Stage;

FigureSource as_named(Stage stage, const char* key) {
  return {stage, key, key};
}

Figures make_figures() {
  return {
      {.key = "seed", .sources = {as_named(kPlan, "seed")}},
      {.key = "loss",
       .title = "loss (nats per token)",
       .role = FigureRole::kLoss,
       .sources =
           {as_named(kTrain, "val_loss"),
            {kInt8Loss, "nats_per_token", "int8_val_loss"}},
       .csv = 2},
      {.key = "bits_per_byte",
       .title = "bits per byte",
       .brief = "bits/byte",
       .format = "{:.4f}",
       .role = FigureRole::kObjective,
       .spread = Spread::kInterval,
       .sources =
           {as_named(kTrain, "val_bits_per_byte"),
            {kInt8Loss, "bits_per_byte", "int8_val_bits_per_byte"}},
       .csv = 1,
       .markdown = 1,
       .markdown_heading = "bits per byte",
       .of_runs = true,
       .live = "validation.bits_per_byte"},
      {.key = "perplexity",
       .title = "perplexity per token",
       .brief = "perplexity",
       .format = "{:.2f}",
       .role = FigureRole::kLoss,
       .sources =
           {as_named(kTrain, "val_loss"),
            {kInt8Loss, "nats_per_token", "int8_val_loss"}},
       .derived = [](double loss) { return std::exp(loss); }},
      {.key = "parameters",
       .title = "parameters",
       .brief = "parameters",
       .format = kCount,
       .role = FigureRole::kCost,
       .sources = {as_named(kTrain, "parameters")},
       .known = true,
       .csv = 1,
       .markdown = 1,
       .markdown_heading = "parameters"},
      {.key = "bytes",
       .title = "size of the model's file",
       .brief = "size",
       .unit = "B",
       .format = kBytes,
       .role = FigureRole::kCost,
       .sources =
           {{kFiles, "f32", "f32_bytes"}, {kFiles, "int8", "int8_bytes"}},
       .csv = 3},
      {.key = "forward_ms",
       .title = "forward pass of 64 tokens",
       .brief = "time",
       .unit = "ms",
       .format = "{:.3f}",
       .role = FigureRole::kCost,
       .spread = Spread::kDeviation,
       .sources =
           {{kForward, "median_ms", "forward_ms"},
            {kInt8Forward, "median_ms", "int8_forward_ms"}},
       .optional = true,
       .csv = 4,
       .markdown = 2,
       .markdown_heading = "forward ms"},
      {.key = "train_flops",
       .title = "training FLOPs",
       .brief = "FLOPs",
       .format = "{:.3g}",
       .role = FigureRole::kCost,
       .sources = {as_named(kPlan, "train_flops")},
       .known = true,
       .csv = 4,
       .markdown = 2,
       .markdown_heading = "training FLOPs"},
      {.key = "tokens",
       .title = "tokens",
       .brief = "tokens",
       .format = kCount,
       .sources = {as_named(kTrain, "tokens")},
       .known = true,
       .csv = 3},
      {.key = "steps",
       .title = "steps",
       .brief = "steps",
       .format = kCount,
       .sources = {as_named(kTrain, "steps")},
       .known = true,
       .csv = 2},
      {.key = "tokens_per_s",
       .title = "tokens/s",
       .format = kCount,
       .sources = {as_named(kTrain, "tokens_per_s")},
       .of_runs = true,
       .live = "train.tokens_per_s"},
      {.key = "elapsed_s",
       .title = "time",
       .format = kDuration,
       .sources = {as_named(kTrain, "elapsed_s")},
       .of_runs = true,
       .live = "train.elapsed_s"},
      {.key = "peak_rss_bytes",
       .title = "peak memory",
       .format = kBytes,
       .sources = {as_named(kTrain, "peak_rss_bytes")},
       .of_runs = true},
      {.key = "threads",
       .title = "threads",
       .format = kCount,
       .sources = {as_named(kPlan, "threads")},
       .of_runs = true},
      {.key = "data_seed",
       .sources = {as_named(kPlan, "data_seed")},
       .optional = true},
      {.key = "steps_to_target",
       .title = "steps to the target",
       .brief = "to target",
       .format = "{:.1f}",
       .spread = Spread::kInterval,
       .sources = {as_named(kTarget, "steps_to_target")},
       .optional = true,
       .censored = true,
       .csv = 5,
       .markdown = 3,
       .markdown_heading = "steps to target",
       .of_runs = true}};
}

/// Two figures measured by the same stages.
bool measured_together(const Figure& a, const Figure& b) {
  return a.per_precision() && b.per_precision() &&
         a.sources[0].stage == b.sources[0].stage &&
         a.sources[1].stage == b.sources[1].stage;
}

} // namespace

const char* name(Precision precision) {
  return precision == Precision::kF32 ? "f32" : "int8";
}

const FigureSource& Figure::source(Precision precision) const {
  return sources.at(per_precision() && precision == Precision::kInt8 ? 1 : 0);
}

std::optional<double> Figure::of(
    const Json& result, Precision precision) const {
  const std::string& from = source(precision).result;
  if (!result.contains(from)) return std::nullopt;
  const auto value = result[from].get<double>();
  return derived == nullptr ? value : derived(value);
}

const Figures& all_figures() {
  static const Figures all = make_figures();
  return all;
}

Figures without_target(Figures figures) {
  std::erase_if(figures, [](const Figure& f) { return f.censored; });
  return figures;
}

const Figure& objective(const Figures& figures) {
  return *std::ranges::find(figures, FigureRole::kObjective, &Figure::role);
}

std::vector<std::string> axes(const Figures& figures) {
  std::vector<std::string> keys;
  for (const Figure& f : figures) {
    if (f.role == FigureRole::kCost) keys.push_back(f.key);
  }
  return keys;
}

const Figure& find_figure(const Figures& figures, const std::string& key) {
  const auto it = std::ranges::find(figures, key, &Figure::key);
  require(it != figures.end(), "figures", "there is no \"{}\"", key);
  return *it;
}

std::vector<const Figure*> in_places(
    const Figures& figures, int Figure::*place, bool per_precision) {
  std::vector<const Figure*> found;
  for (const Figure& f : figures) {
    if (f.*place > 0 && f.per_precision() == per_precision) found.push_back(&f);
  }
  std::ranges::stable_sort(
      found, {}, [&](const Figure* f) { return f->*place; });
  return found;
}

std::vector<const FigureSource*> result_sources(const Figures& figures) {
  std::vector<const FigureSource*> all;
  for (size_t i = 0; i < figures.size();) {
    // Of figures that are measured together, first those of f32.
    size_t end = i + 1;
    while (end < figures.size() &&
           measured_together(figures[i], figures[end])) {
      ++end;
    }
    for (size_t of = 0; of < figures[i].sources.size(); ++of) {
      for (size_t k = i; k < end; ++k) {
        if (figures[k].derived == nullptr) {
          all.push_back(&figures[k].sources[of]);
        }
      }
    }
    i = end;
  }
  return all;
}

Json collect_result(const Figures& figures, const StageValues& stages) {
  Json result = Json::object();
  for (const FigureSource* source : result_sources(figures)) {
    if (!stages.contains(source->stage)) continue;
    const Json& value = stages.at(source->stage).at(source->value);
    static_cast<void>(value.get<double>()); // an exception where it is none
    result[source->result] = value;
  }
  return result;
}

void check_result(
    const Figures& figures, const Json& result, const std::string& where) {
  require(result.is_object(), where, "holds no object");
  for (const Figure& figure : figures) {
    if (figure.derived != nullptr) continue;
    for (const FigureSource& source : figure.sources) {
      const std::string& key = source.result;
      if (figure.optional && !result.contains(key)) continue;
      require(result.contains(key), where, "has no key \"{}\"", key);
      require(result[key].is_number(), where, "{} is no number", key);
    }
  }
}

Json figures_json(const Figures& figures) {
  constexpr const char* kRoles[] = {"fact", "loss", "objective", "cost"};
  Json list = Json::array();
  for (const Figure& f : figures) {
    Json results = Json::array();
    for (const FigureSource& source : f.sources) {
      results.push_back(source.result);
    }
    list.push_back(
        {{"key", f.key},
         {"title", f.title},
         {"brief", f.brief},
         {"unit", f.unit},
         {"format", f.format},
         {"role", kRoles[static_cast<size_t>(f.role)]},
         {"results", std::move(results)},
         {"derived", f.derived != nullptr},
         {"of_runs", f.of_runs},
         {"live", f.live}});
  }
  return list;
}

} // namespace nanobrain
