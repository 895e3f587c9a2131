#include "nanobrain/run/run_config_file.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "nanobrain/base/error.h"
#include "nanobrain/base/fields.h"
#include "nanobrain/tokenizer/tokenizer.h"
#include "nanobrain/yaml/yaml.h"

namespace nanobrain {

namespace {

/// Without the keys whose value is null.
Json without_nulls(const Json& json) {
  if (!json.is_object()) return json;
  Json rest = Json::object();
  for (const auto& [key, value] : json.items()) {
    if (!value.is_null()) rest[key] = without_nulls(value);
  }
  return rest;
}

} // namespace

RunConfig parse_run_config(
    const fs::path& path, const std::vector<std::string>& overrides) {
  constexpr int64_t kLeftOut = std::numeric_limits<int64_t>::min();
  RunConfig unwritten;
  unwritten.model.vocab_size = 0;
  const int64_t warmup =
      std::exchange(unwritten.schedule.warmup_steps, kLeftOut);
  RunConfig config = unwritten;
  read_fields(read_yaml(path), path.string() + ":", config);
  make_paths_absolute(config, fs::absolute(path).parent_path());
  if (!overrides.empty()) {
    Json json = write_fields(config);
    for (const auto& assignment : overrides) apply_override(json, assignment);
    config = unwritten;
    read_fields(without_nulls(json), "--set:", config);
    make_paths_absolute(config, fs::current_path());
  }
  if (config.schedule.warmup_steps == kLeftOut) {
    config.schedule.warmup_steps = std::min(warmup, config.train.steps);
  }
  return config;
}

RunConfig read_run_config(
    const fs::path& path, const std::vector<std::string>& overrides) {
  RunConfig config = parse_run_config(path, overrides);
  if (config.model.vocab_size == 0) {
    require<UsageError>(
        !config.data.tokenizer.empty(),
        path.string(),
        "leaves out model.vocab_size and data.tokenizer: give one of them");
    config.model.vocab_size =
        load_tokenizer(config.data.tokenizer)->vocab_size();
  }
  config.validate();
  return config;
}

} // namespace nanobrain
