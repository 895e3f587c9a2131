#include "nanobrain/run/run_config_file.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "nanobrain/base/error.h"
#include "nanobrain/base/fields.h"
#include "nanobrain/tokenizer/tokenizer.h"
#include "nanobrain/yaml/yaml.h"

namespace nanobrain {

RunConfig parse_run_config(
    const fs::path& path, const std::vector<std::string>& overrides) {
  RunConfig config;
  config.model.vocab_size = 0;
  constexpr int64_t kLeftOut = std::numeric_limits<int64_t>::min();
  const int64_t warmup = std::exchange(config.schedule.warmup_steps, kLeftOut);
  read_fields(read_yaml(path), path.string() + ":", config);
  make_paths_absolute(config, fs::absolute(path).parent_path());
  if (!overrides.empty()) {
    Json json = write_fields(config);
    for (const auto& assignment : overrides) apply_override(json, assignment);
    // null takes a group away: it has no default to go back to.
    Json groups = Json::object();
    for (const auto& [name, group] : json["optimizer"]["groups"].items()) {
      if (!group.is_null()) groups[name] = group;
    }
    json["optimizer"]["groups"] = std::move(groups);
    read_fields(json, "--set:", config);
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
