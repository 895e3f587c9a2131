#include "nanobrain/config/run_config.h"

#include <type_traits>

#include "nanobrain/base/error.h"
#include "nanobrain/base/fields.h"
#include "nanobrain/base/nearest.h"
#include "nanobrain/base/parallel.h"
#include "nanobrain/config/parameters.h"

namespace nanobrain {

namespace fs = std::filesystem;

namespace {

template <class T>
void set_base(T& section, const fs::path& base) {
  section.visit([&](const char*, auto& member, const char*) {
    using Member = std::remove_reference_t<decltype(member)>;
    if constexpr (std::is_same_v<Member, fs::path>) {
      if (!member.empty()) {
        member = fs::absolute(base / member).lexically_normal();
      }
    } else if constexpr (fields_detail::HasFields<Member>) {
      set_base(member, base);
    }
  });
}

void require_at_least(int64_t least, const char* key, int64_t value) {
  require<UsageError>(
      value >= least, key, "must be at least {}, but is {}", least, value);
}

void require_at_most(int64_t most, const char* key, int64_t value) {
  require<UsageError>(
      value <= most, key, "must be at most {}, but is {}", most, value);
}

void require_one_of(
    const std::vector<std::string>& known,
    const char* key,
    const std::string& value) {
  require<UsageError>(
      std::find(known.begin(), known.end(), value) != known.end(),
      key,
      "cannot be \"{}\"{}",
      value,
      suggest_name(value, known));
}

// Bounds far above any use, so that a slip of the keyboard is told before
// memory runs out, and no count of tokens overflows.
constexpr int64_t kMostSteps = 1'000'000'000;
constexpr int64_t kMostBatchTokens = int64_t{1} << 24;
constexpr int64_t kMostStepTokens = int64_t{1} << 32;

void validate_train(const TrainConfig& train, const ModelConfig& model) {
  require_at_least(1, "train.steps", train.steps);
  require_at_least(1, "train.batch_size", train.batch_size);
  require_at_least(1, "train.seq_len", train.seq_len);
  require<UsageError>(
      train.seq_len <= model.max_seq_len,
      "train.seq_len",
      "must be at most model.max_seq_len = {}, but is {}",
      model.max_seq_len,
      train.seq_len);
  require_at_most(kMostSteps, "train.steps", train.steps);
  require_at_most(
      kMostBatchTokens / train.seq_len, "train.batch_size", train.batch_size);
  require_at_least(1, "train.grad_accum_steps", train.grad_accum_steps);
  require_at_most(
      kMostStepTokens / (train.seq_len * train.batch_size),
      "train.grad_accum_steps",
      train.grad_accum_steps);
  require_one_of({"f32", "bf16", "auto"}, "train.precision", train.precision);
  require_one_of({"cpu", "cuda"}, "train.device", train.device);
  require_at_least(0, "train.seed", train.seed);
  require_at_least(0, "train.data_seed", train.data_seed);
  require<UsageError>(
      train.clip_norm >= 0,
      "train.clip_norm",
      "must be 0 (no clipping) or more, but is {}",
      train.clip_norm);
  require_at_least(0, "train.eval_every", train.eval_every);
  require_at_least(0, "train.checkpoint_every", train.checkpoint_every);
  require_at_least(0, "train.sample_every", train.sample_every);
  require_at_least(1, "train.keep_last", train.keep_last);
  require_at_least(1, "train.log_every", train.log_every);
  require_at_least(1, "train.sample_tokens", train.sample_tokens);
  require_at_most(kMostBatchTokens, "train.sample_tokens", train.sample_tokens);
  resolve_threads(train.threads, "train.threads");
}

void validate_optimizer(const OptimizerConfig& optimizer) {
  require_one_of({"adamw"}, "optimizer.kind", optimizer.kind);
  require<UsageError>(
      optimizer.lr > 0,
      "optimizer.lr",
      "must be positive, but is {}",
      optimizer.lr);
  for (const double beta : optimizer.betas) {
    require<UsageError>(
        beta >= 0 && beta < 1,
        "optimizer.betas",
        "must lie in [0, 1), but one is {}",
        beta);
  }
  require<UsageError>(
      optimizer.epsilon > 0,
      "optimizer.epsilon",
      "must be positive, but is {}",
      optimizer.epsilon);
  require<UsageError>(
      optimizer.weight_decay >= 0,
      "optimizer.weight_decay",
      "must be 0 or more, but is {}",
      optimizer.weight_decay);
}

void validate_schedule(const ScheduleConfig& schedule) {
  require_one_of({"cosine", "wsd", "constant"}, "schedule.kind", schedule.kind);
  require_at_least(0, "schedule.warmup_steps", schedule.warmup_steps);
  require<UsageError>(
      schedule.final_fraction >= 0 && schedule.final_fraction <= 1,
      "schedule.final_fraction",
      "must lie in [0, 1], but is {}",
      schedule.final_fraction);
  require<UsageError>(
      schedule.decay_fraction >= 0 && schedule.decay_fraction <= 1,
      "schedule.decay_fraction",
      "must lie in [0, 1], but is {}",
      schedule.decay_fraction);
}

} // namespace

void RunConfig::validate() const {
  model.validate();
  validate_train(train, model);
  validate_optimizer(optimizer);
  validate_schedule(schedule);
}

double training_flops(const RunConfig& config) {
  const auto forward = static_cast<double>(
      forward_flops_per_token(config.model, config.train.seq_len));
  const auto tokens = static_cast<double>(config.tokens_per_step()) *
                      static_cast<double>(config.train.steps);
  return 3 * forward * tokens;
}

void make_paths_absolute(RunConfig& config, const fs::path& base) {
  set_base(config, base);
}

} // namespace nanobrain
