#include "nanobrain/inference/timing.h"

#include <algorithm>
#include <optional>

#include "nanobrain/base/error.h"
#include "nanobrain/base/host.h"
#include "nanobrain/base/isa.h"
#include "nanobrain/base/parallel.h"
#include "nanobrain/base/random.h"
#include "nanobrain/inference/cache_eviction.h"
#include "nanobrain/inference/measure.h"

namespace nanobrain {

namespace {

constexpr const char* kWhere = "bench";

/// The request's threads, 0 resolved.
std::vector<int64_t> resolve_all(const std::vector<int64_t>& asked) {
  std::vector<int64_t> all;
  for (const int64_t threads : asked) {
    const int64_t resolved = resolve_threads(threads);
    require<UsageError>(
        std::ranges::find(all, resolved) == all.end(),
        kWhere,
        "--threads names {} twice; keep one",
        resolved);
    all.push_back(resolved);
  }
  return all;
}

void require_lengths(const TimedModels& models, const TimingRequest& request) {
  const bool generates = request.work == TimedWork::kGenerate;
  const auto require_length = [&](const char* flag, int64_t length) {
    require<UsageError>(
        length >= 1, kWhere, "{} must be 1 or more, but is {}", flag, length);
  };
  for (const int64_t tokens : request.tokens)
    require_length("--tokens", tokens);
  for (const int64_t tokens : request.prompt_tokens) {
    require_length("--prompt-tokens", tokens);
  }
  const int64_t longest =
      std::ranges::max(request.tokens) +
      (generates ? std::ranges::max(request.prompt_tokens) : 0);
  for (const auto& [name, model] : models) {
    const ModelConfig& config = model->config();
    require<UsageError>(
        longest <= config.max_seq_len,
        kWhere,
        "{} tokens{} are more than the {} of the context of {}; ask for fewer",
        longest,
        generates ? ", those of the prompt among them," : "",
        config.max_seq_len,
        name);
  }
}

std::vector<TokenId> random_ids(int64_t count, int64_t vocab_size) {
  Random random(42);
  std::vector<TokenId> ids;
  for (int64_t i = 0; i < count; ++i) {
    ids.push_back(
        static_cast<TokenId>(random.below(static_cast<uint64_t>(vocab_size))));
  }
  return ids;
}

/// Fills in the figures of a row, whose lengths are given.
void measure(
    int64_t vocab_size,
    Predictor& predictor,
    const TimingRequest& request,
    const Preparation& prepare,
    TimingRow& row) {
  const auto ids = random_ids(
      row.prompt_tokens > 0 ? row.prompt_tokens : row.tokens, vocab_size);
  switch (request.work) {
    case TimedWork::kForward:
      row.seconds = statistics_of(
          measure_forward(predictor, ids, vocab_size, request.clock, prepare));
      break;
    case TimedWork::kPrompt:
      row.seconds =
          statistics_of(measure_prompt(predictor, ids, request.clock, prepare));
      break;
    case TimedWork::kGenerate: {
      auto seconds = measure_generation(
          predictor, ids, row.tokens, request.clock, prepare);
      row.seconds = statistics_of(std::move(seconds.texts));
      row.token_seconds = statistics_of(std::move(seconds.tokens));
      break;
    }
  }
}

} // namespace

TimingReport run_timing(
    const TimedModels& models, const TimingRequest& request) {
  request.clock.validate();
  require<UsageError>(
      !models.empty() && !request.threads.empty() && !request.tokens.empty() &&
          !request.prompt_tokens.empty(),
      kWhere,
      "there is nothing to time; name a model, threads and tokens");
  require_lengths(models, request);
  const std::vector<int64_t> threads = resolve_all(request.threads);

  TimingReport report{
      .work = request.work,
      .cpu = cpu_name(),
      .isa = nanobrain::name(active_isa()),
      .commit = build_commit()};
  std::optional<CacheEviction> eviction;
  if (request.cold) report.eviction = eviction.emplace().describe();
  // A forward has no prompt.
  const std::vector<int64_t> prompts = request.work == TimedWork::kGenerate
                                           ? request.prompt_tokens
                                           : std::vector<int64_t>{0};

  for (const auto& [name, model] : models) {
    for (const int64_t count : threads) {
      const auto predictor = model->make_predictor(count);
      const int64_t vocab_size = model->config().vocab_size;
      for (const int64_t prompt_tokens : prompts) {
        for (const int64_t tokens : request.tokens) {
          TimingRow row{
              .model = name,
              .precision = std::string(model->precision()),
              .backend = model->backend(),
              .threads = count,
              .prompt_tokens = prompt_tokens,
              .tokens = tokens};
          measure(vocab_size, *predictor, request, {}, row);
          report.rows.push_back(row);
          if (!request.cold) continue;
          row.cold = true;
          measure(
              vocab_size, *predictor, request, [&] { eviction->evict(); }, row);
          report.rows.push_back(row);
        }
      }
    }
  }
  return report;
}

} // namespace nanobrain
