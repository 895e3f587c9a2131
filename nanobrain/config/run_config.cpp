#include "nanobrain/config/run_config.h"

#include <type_traits>

#include "nanobrain/base/error.h"
#include "nanobrain/base/fields.h"
#include "nanobrain/base/parallel.h"
#include "nanobrain/config/parameter_groups.h"

namespace nanobrain {

void RunConfig::validate() const {
  check_fields(*this);
  model.validate();
  // Far above any use, so that no count of tokens overflows.
  constexpr int64_t kMostBatchTokens = int64_t{1} << 24;
  constexpr int64_t kMostStepTokens = int64_t{1} << 32;
  const auto require_at_most =
      [](const char* key, int64_t value, int64_t most) {
        require<UsageError>(
            value <= most, key, "must be at most {}, but is {}", most, value);
      };
  require<UsageError>(
      train.seq_len <= model.max_seq_len,
      "train.seq_len",
      "must be at most model.max_seq_len = {}, but is {}",
      model.max_seq_len,
      train.seq_len);
  require_at_most(
      "train.batch_size", train.batch_size, kMostBatchTokens / train.seq_len);
  require_at_most(
      "train.grad_accum_steps",
      train.grad_accum_steps,
      kMostStepTokens / (train.seq_len * train.batch_size));
  resolve_threads(train.threads, "train.threads");
  static_cast<void>(group_of_each(optimizer, list_parameters(model)));
  const AverageConfig& average = optimizer.average;
  require<UsageError>(
      average.kind == AverageKind::kNone ||
          average.first(train.steps) < train.steps,
      "optimizer.average.start",
      "is {}, after the last of {} steps; set it to {} or less",
      average.start,
      train.steps,
      static_cast<double>(train.steps - 1) / static_cast<double>(train.steps));
  require<UsageError>(
      !init.bigram || init.from_counts,
      "init.bigram",
      "is of an embedder that is counted; set init.from_counts to true, too");
  require<UsageError>(
      !init.bigram || model.ffn_dim >= 2 * model.model_dim,
      "init.bigram",
      "takes a model.ffn_dim of 2 model.model_dim = {} or more, but it is {}",
      2 * model.model_dim,
      model.ffn_dim);
  require<UsageError>(
      train.init_from.empty() ||
          write_fields(init) == write_fields(InitConfig{}),
      "init",
      "is of random weights, but train.init_from starts from those of {}; "
      "leave out one of the two",
      train.init_from.string());
}

void require_schedules_fit(const RunConfig& config) {
  const int64_t steps = config.train.steps;
  const auto check = [&](const std::string& key, const ScheduleConfig& of) {
    require<UsageError>(
        of.warmup_steps <= steps,
        key + ".warmup_steps",
        "is {}, more than the {} of train.steps: the rate would never get to "
        "its peak; set it to {} or less",
        of.warmup_steps,
        steps,
        steps / 3);
  };
  check("schedule", config.schedule);
  for (const auto& [name, group] : config.optimizer.groups) {
    if (!group.schedule) continue;
    check("optimizer.groups." + name + ".schedule", *group.schedule);
  }
}

double training_flops(const RunConfig& config) {
  const auto forward = static_cast<double>(
      forward_flops_per_token(config.model, config.train.seq_len));
  const auto tokens = static_cast<double>(config.tokens_per_step()) *
                      static_cast<double>(config.train.steps);
  return 3 * forward * tokens;
}

void make_paths_absolute(RunConfig& config, const fs::path& base) {
  for_each_field(
      config,
      "",
      [&](const std::string&, auto& member, const char*, const auto&) {
        if constexpr (std::is_same_v<decltype(member), fs::path&>) {
          if (!member.empty()) {
            member = fs::absolute(base / member).lexically_normal();
          }
        }
      });
}

} // namespace nanobrain
