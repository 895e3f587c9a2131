#include "nanobrain/inference/timing.h"

#include <algorithm>
#include <memory>
#include <numeric>
#include <optional>
#include <utility>

#include "nanobrain/base/error.h"
#include "nanobrain/base/host.h"
#include "nanobrain/base/isa.h"
#include "nanobrain/base/parallel.h"
#include "nanobrain/base/random.h"
#include "nanobrain/inference/cache_eviction.h"

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

void require_lengths(const NamedModels& models, const TimingRequest& request) {
  const bool generates = request.work == TimedWork::kGenerate;
  for (const auto& [flag, lengths] :
       {std::pair("--tokens", &request.tokens),
        std::pair("--prompt-tokens", &request.prompt_tokens)}) {
    const int64_t least = std::ranges::min(*lengths);
    require<UsageError>(
        least >= 1, kWhere, "{} must be 1 or more, but is {}", flag, least);
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

/// Seconds of a text's tokens, generated greedily.
std::vector<double> time_tokens(
    Predictor& predictor,
    std::span<const TokenId> prompt,
    int64_t tokens,
    const std::function<void()>& prepare) {
  std::vector<double> seconds;
  seconds.reserve(static_cast<size_t>(tokens));
  predictor.reset();
  predictor.feed(prompt);
  TokenId id = predictor.argmax();
  if (prepare) prepare();
  const Stopwatch watch;
  double before = watch.seconds();
  for (int64_t i = 0; i < tokens; ++i) {
    predictor.feed({&id, 1});
    id = predictor.argmax();
    const double after = watch.seconds();
    seconds.push_back(after - before);
    before = after;
  }
  return seconds;
}

/// The rows of a request, and what each of them times.
struct Bench {
  std::vector<std::unique_ptr<Predictor>> predictors = {};
  std::vector<TimingRow> rows = {};
  std::vector<TimedRun> runs = {};
};

Bench make_bench(
    const NamedModels& models,
    const TimingRequest& request,
    const std::vector<int64_t>& threads,
    RunMaker& maker) {
  // A forward has no prompt.
  const std::vector<int64_t> prompts = request.work == TimedWork::kGenerate
                                           ? request.prompt_tokens
                                           : std::vector<int64_t>{0};
  Bench bench;
  const auto add = [&](LanguageModel& model, const TimingRow& row) {
    const TimedRun run =
        maker.make(*bench.predictors.back(), model.config().vocab_size, row);
    bench.rows.push_back(row);
    bench.runs.emplace_back([run, &model, count = row.threads] {
      model.use_threads(count);
      return run();
    });
  };
  for (const auto& [name, model] : models) {
    for (const int64_t count : threads) {
      bench.predictors.push_back(model->make_predictor(count));
      for (const int64_t prompt_tokens : prompts) {
        for (const int64_t tokens : request.tokens) {
          TimingRow row{
              .model = name,
              .precision = std::string(model->precision()),
              .backend = model->backend(),
              .threads = count,
              .prompt_tokens = prompt_tokens,
              .tokens = tokens};
          add(*model, row);
          row.cold = true;
          if (request.cold) add(*model, row);
        }
      }
    }
  }
  return bench;
}

/// Fills in the seconds of a row, which is the index-th of each round.
void summarize(const std::vector<Round>& rounds, size_t index, TimingRow& row) {
  std::vector<double> seconds, parts;
  for (const Round& round : rounds) {
    std::vector<double> turn;
    for (const std::vector<double>& run : round[index]) {
      turn.push_back(std::accumulate(run.begin(), run.end(), 0.0));
      parts.insert(parts.end(), run.begin(), run.end());
    }
    seconds.insert(seconds.end(), turn.begin(), turn.end());
    row.turns.push_back(statistics_of(std::move(turn)).p50);
  }
  row.seconds = statistics_of(std::move(seconds));
  row.token_seconds = statistics_of(std::move(parts));
}

} // namespace

TimingReport run_timing(
    const NamedModels& models, const TimingRequest& request) {
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
  RunMaker maker{request.work, [&] { eviction->evict(); }};
  Bench bench = make_bench(models, request, threads, maker);
  const auto rounds = take_turns(request.clock, bench.runs);
  report.rows = std::move(bench.rows);
  for (size_t i = 0; i < report.rows.size(); ++i) {
    summarize(rounds, i, report.rows[i]);
  }
  return report;
}

TimedRun RunMaker::make(
    Predictor& predictor, int64_t vocab_size, const TimingRow& row) {
  const bool generates = work == TimedWork::kGenerate;
  const auto ids =
      random_ids(generates ? row.prompt_tokens : row.tokens, vocab_size);
  const auto prepare = row.cold ? evict : nullptr;
  if (generates) {
    return [&predictor, ids, tokens = row.tokens, prepare] {
      return time_tokens(predictor, ids, tokens, prepare);
    };
  }
  const bool all_logits = work == TimedWork::kForward;
  const size_t size = ids.size() * static_cast<size_t>(vocab_size);
  if (all_logits) logits.resize(std::max(logits.size(), size));
  return [this, &predictor, ids, prepare, all_logits] {
    if (prepare) prepare();
    const Stopwatch watch;
    if (all_logits) {
      predictor.forward(ids, logits.data());
    } else {
      predictor.reset();
      predictor.feed(ids);
      predictor.logits();
    }
    return std::vector{watch.seconds()};
  };
}

} // namespace nanobrain
