#include "nanobrain/inference/training_seeds.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "nanobrain/base/error.h"
#include "nanobrain/base/fields.h"
#include "nanobrain/base/file.h"
#include "nanobrain/base/measured.h"
#include "nanobrain/base/sample.h"
#include "nanobrain/run/run_config_file.h"
#include "nanobrain/run/run_folder.h"

namespace nanobrain {

namespace {

std::vector<std::string> names_in_group(
    const SeedGroup& group, const std::vector<std::string>& names) {
  std::vector<std::string> own;
  for (const size_t i : group.models) own.push_back(names[i]);
  return own;
}

} // namespace

std::optional<TrainedBy> find_trained_by(const fs::path& model_folder) try {
  const auto run = run_of_model(model_folder);
  if (!run || run->model() != fs::weakly_canonical(model_folder)) {
    return std::nullopt;
  }
  TrainedBy by;
  for (const FieldLine& line : list_fields(parse_run_config(run->config()))) {
    const std::string value =
        fmt::format("{} {}\n", line.path, line.value.dump());
    const bool seed =
        line.path == "train.seed" || line.path == "train.data_seed";
    const bool may_change =
        std::ranges::any_of(line.rules, &FieldRule::may_change);
    if (seed) by.seeds += value;
    if (!seed && !may_change) by.recipe += value;
  }
  const Json record = read_json(run->record());
  by.recipe += record.at("data").at("train").value("xxh3", "");
  return by;
} catch (const Error&) { // damaged, or of a newer version
  return std::nullopt;
} catch (const Json::exception&) {
  return std::nullopt;
}

double SeedGroup::seed_share() const {
  const double seed = seed_deviation * seed_deviation;
  const double all = seed + text_deviation * text_deviation;
  return all > 0 ? seed / all : 0;
}

Json SeedGroup::to_json(const std::vector<std::string>& names) const {
  return {
      {"models", names_in_group(*this, names)},
      {"seed_deviation", seed_deviation},
      {"text_deviation", text_deviation},
      {"seed_share", seed_share()}};
}

std::vector<SeedGroup> group_by_recipe(std::span<const SeedSample> models) {
  std::vector<SeedGroup> groups;
  std::set<std::string> recipes;
  for (const SeedSample& model : models) {
    if (!model.trained_by) continue;
    const std::string& recipe = model.trained_by->recipe;
    if (!recipes.insert(recipe).second) continue;
    SeedGroup group;
    std::set<std::string> seeds;
    std::vector<double> bits;
    double text = 0;
    for (size_t i = 0; i < models.size(); ++i) {
      const auto& by = models[i].trained_by;
      if (!by || by->recipe != recipe || !seeds.insert(by->seeds).second) {
        continue;
      }
      group.models.push_back(i);
      bits.push_back(models[i].bits_per_byte);
      text += models[i].text_deviation * models[i].text_deviation;
    }
    if (bits.size() < 2) continue;
    group.seed_deviation = standard_deviation(bits);
    group.text_deviation = std::sqrt(text / static_cast<double>(bits.size()));
    groups.push_back(group);
  }
  return groups;
}

std::vector<std::string> describe_seeds(
    std::span<const SeedGroup> groups, const std::vector<std::string>& names) {
  std::vector<std::string> lines = {
      "the intervals are of the text alone: another training seed gives "
      "another model"};
  if (groups.empty()) {
    lines.front() += fmt::format(
        ", by {} bits/byte (standard deviation) at the Nano Brain's size; name "
        "runs of other seeds to measure it",
        kAblationSd);
  }
  for (const SeedGroup& group : groups) {
    lines.push_back(fmt::format(
        "{}: {:.0f} % of the variance of bits/byte comes from training seeds "
        "(standard deviation {:.4f} among {}, of the text {:.4f})",
        fmt::join(names_in_group(group, names), ", "),
        100 * group.seed_share(),
        group.seed_deviation,
        group.models.size(),
        group.text_deviation));
  }
  return lines;
}

} // namespace nanobrain
