// How much of what separates two trained models their seeds explain: an
// interval that is resampled from the text does not have it.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "nanobrain/base/json.h"

namespace nanobrain {

/// What a finished run was trained by.
struct TrainedBy {
  /// the keys of its config.yaml that may not change on resume, but for seed
  /// and data_seed, and the hash of its training tokens
  std::string recipe;
  std::string seeds; // both
};
/// Of RUN/model; nothing of another folder, or one that cannot be read.
std::optional<TrainedBy> find_trained_by(
    const std::filesystem::path& model_folder);

/// Two or more models that differ in nothing but their seeds.
struct SeedGroup {
  std::vector<size_t> models; // by index
  /// standard deviations of one model's bits per byte: among the seeds, on the
  /// same text (n - 1 degrees of freedom), and of the text, by the bootstrap
  double seed_deviation = 0;
  double text_deviation = 0;

  /// Of the variance, that of the seeds: s^2 / (s^2 + t^2); 0 without any.
  double seed_share() const;
  /// Keys: models (of these names), seed_deviation, text_deviation, seed_share.
  Json to_json(const std::vector<std::string>& names) const;
};

/// A model's figure, and where it comes from.
struct SeedSample {
  std::optional<TrainedBy> trained_by;
  double bits_per_byte = 0;
  double text_deviation = 0;
};

/// The groups among models, in order; of models with the same seeds the first.
/// The text's variance is the mean of the members'.
std::vector<SeedGroup> group_by_recipe(std::span<const SeedSample> models);

/// What the groups add to intervals of the text, and what those leave out, as
/// lines for people; `names` are those of all models.
std::vector<std::string> describe_seeds(
    std::span<const SeedGroup> groups, const std::vector<std::string>& names);

} // namespace nanobrain
