#include "nanobrain/config/run_config.h"

#include <algorithm>
#include <bit>
#include <type_traits>

#include "nanobrain/base/error.h"
#include "nanobrain/base/fields.h"
#include "nanobrain/base/parallel.h"
#include "nanobrain/config/parameter_groups.h"

namespace nanobrain {

namespace {

void check_warmups(const TrainConfig& train) {
  const auto require_short = [&](const char* key, int64_t steps) {
    require<UsageError>(
        steps < train.steps,
        key,
        "is {}, not less than the {} of train.steps: no step would be whole",
        steps,
        train.steps);
  };
  if (const BatchWarmup& batch = train.batch_warmup; batch.steps > 0) {
    require_short("train.batch_warmup.steps", batch.steps);
    require<UsageError>(
        batch.from <= train.batch_size,
        "train.batch_warmup.from",
        "must be at most train.batch_size = {}, but is {}",
        train.batch_size,
        batch.from);
  }
  if (const ContextWarmup& context = train.context_warmup; context.steps > 0) {
    require_short("train.context_warmup.steps", context.steps);
    const auto times = static_cast<uint64_t>(train.seq_len / context.from);
    require<UsageError>(
        train.seq_len % context.from == 0 && std::has_single_bit(times),
        "train.context_warmup.from",
        "must be train.seq_len = {} halved some times, but is {}",
        train.seq_len,
        context.from);
  }
}

/// 3: the backward pass counts twice the forward one.
double flops_of_tokens(
    const RunConfig& config, int64_t context, int64_t tokens) {
  const auto forward =
      static_cast<double>(forward_flops_per_token(config.model, context));
  return 3 * forward * static_cast<double>(tokens);
}

} // namespace

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
  check_warmups(train);
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
  const TrainConfig& train = config.train;
  double flops = 0;
  for (int64_t step = 0; step < train.steps;) {
    const int64_t next = std::min(
        train.steps, train.context_warmup.next_change(step, train.seq_len));
    flops += flops_of_tokens(
        config,
        train.context_at(step),
        train.tokens_of(next) - train.tokens_of(step));
    step = next;
  }
  return flops;
}

RunConfig without_warmups(RunConfig config) {
  config.train.batch_warmup = {};
  config.train.context_warmup = {};
  return config;
}

// A whole step for each after the warm-ups, and what they leave out.
double steps_for_tokens(const RunConfig& config, double tokens) {
  const int64_t warmup = config.train.batch_warmup.steps;
  const int64_t left_out =
      warmup * config.tokens_per_step() - config.train.tokens_of(warmup);
  return (tokens + static_cast<double>(left_out)) /
         static_cast<double>(config.tokens_per_step());
}

double steps_for_flops(const RunConfig& config, double flops) {
  RunConfig warmup = config;
  warmup.train.steps = std::max(
      config.train.batch_warmup.steps, config.train.context_warmup.steps);
  const double left_out =
      training_flops(without_warmups(warmup)) - training_flops(warmup);
  return (flops + left_out) /
         flops_of_tokens(
             config, config.train.seq_len, config.tokens_per_step());
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
