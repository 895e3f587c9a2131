// Which keys of a run's config may change when it is resumed.
#include "nanobrain/config/resume_rules.h"

#include <array>
#include <string_view>

#include "nanobrain/base/error.h"
#include "nanobrain/base/fields.h"

namespace nanobrain {

namespace {

constexpr std::array<std::string_view, 9> kFreeTrainKeys = {
    "device",
    "eval_every",
    "checkpoint_every",
    "sample_every",
    "keep_last",
    "log_every",
    "sample_prompts",
    "sample_tokens",
    "threads"};

Json maths_of(const RunConfig& config) {
  Json json = write_fields(config);
  json.erase("data");
  for (const std::string_view key : kFreeTrainKeys) {
    json["train"].erase(std::string(key));
  }
  return json;
}

} // namespace

void require_resumable(const RunConfig& before, const RunConfig& now) {
  const Json old_maths = maths_of(before);
  const Json new_maths = maths_of(now);
  for (const auto& [section, keys] : old_maths.items()) {
    for (const auto& [key, value] : keys.items()) {
      require<UsageError>(
          new_maths[section][key] == value,
          section + "." + key,
          "is {} in the run to resume, but {} now; leave it as it was or start "
          "a new run in another folder",
          value.dump(),
          new_maths[section][key].dump());
    }
  }
}

} // namespace nanobrain
