#include "nanobrain/inference/ngram_baselines.h"

#include <array>
#include <cmath>
#include <utility>

#include "nanobrain/base/error.h"
#include "nanobrain/base/progress.h"
#include "nanobrain/config/model_folder.h"
#include "nanobrain/data/window_sampler.h"
#include "nanobrain/run/run_config_file.h"
#include "nanobrain/run/run_folder.h"

namespace nanobrain {

namespace {

constexpr std::array kNames = {
    "uniform",
    "unigram",
    "bigram (Kneser-Ney)",
    "trigram (Kneser-Ney)",
    "4-gram (Kneser-Ney)",
    "5-gram (Kneser-Ney)"};
static_assert(kNames.size() == NgramModel::kHighest + 1);

/// A number of a training record; 0 where it has none.
int64_t count_in(const Json& record, const char* key) {
  const bool has = record.is_object() && record.contains(key) &&
                   record[key].is_number_integer();
  return has ? record[key].get<int64_t>() : 0;
}

} // namespace

std::optional<SeenWindows> find_seen_windows(const fs::path& model_folder) {
  const Json record = training_record(model_folder);
  const auto run = run_of_model(model_folder);
  Json train = Json::object();
  if (run) train = read_json(run->record()).at("data").at("train");
  SeenWindows seen;
  if (count_in(record, "windows") > 0) {
    seen = {
        .windows = count_in(record, "windows"),
        .seq_len = count_in(record, "seq_len"),
        .data_seed = static_cast<uint64_t>(count_in(record, "data_seed")),
        .train_xxh3 = record.value("train_xxh3", "")};
  } else if (run) {
    const TrainConfig config = parse_run_config(run->config()).train;
    const int64_t steps =
        std::max(count_in(record, "steps"), count_in(record, "step"));
    seen = {
        .windows = config.windows_of(steps),
        .seq_len = config.seq_len,
        .data_seed = static_cast<uint64_t>(config.data_seed),
        .train_xxh3 = train.value("xxh3", "")};
  }
  if (seen.windows < 1 || seen.seq_len < 1) return std::nullopt;
  if (train.value("xxh3", "") == seen.train_xxh3) {
    seen.train = train.value("path", "");
  }
  return seen;
}

CountedTokens choose_counted(
    const TokenFile& file,
    std::optional<int64_t> limit,
    const fs::path& model_folder) {
  const auto first = [&](std::optional<int64_t> tokens, const char* why) {
    return CountedTokens{
        .first = tokens,
        .which = fmt::format(
            "{} of {}{}",
            tokens ? "the first" : "all",
            file.path().filename().string(),
            why)};
  };
  if (limit) return first(limit, "");
  const auto seen = find_seen_windows(model_folder);
  if (seen && seen->train_xxh3 == fmt::format("{:016x}", file.tokens_hash())) {
    const WindowSampler sampler(file.size(), seen->seq_len, seen->data_seed);
    return {
        .ranges = sampler.covered(seen->windows),
        .which = "what the model was trained on"};
  }
  const int64_t tokens = count_in(training_record(model_folder), "tokens");
  if (tokens < 1) {
    return first({}, "; the model does not say what it was trained on");
  }
  return first(
      tokens,
      seen ? ", which is not the file that the model was trained on"
           : ", as many as the model was trained on");
}

CountedNgrams count_ngrams(
    const fs::path& token_file,
    std::optional<int64_t> limit,
    const fs::path& model_folder,
    const Tokenizer& tokenizer) {
  const TokenFile file(token_file);
  file.require_tokenizer(tokenizer);
  file.check_tokens();
  const CountedTokens counted = choose_counted(file, limit, model_folder);
  return {
      counted.ranges ? NgramModel::count(file, *counted.ranges)
                     : NgramModel::count(file, counted.first.value_or(-1)),
      counted.which,
      counted.ranges.has_value()};
}

NgramBaselines::NgramBaselines(
    CountedNgrams ngrams,
    const Tokenizer& tokenizer,
    const OnUnit& on_unit,
    const UnitPlan& units)
    : ngrams_(std::move(ngrams)), history_(ngrams_.model.start()) {
  for (size_t order = 0; order < kNames.size(); ++order) {
    LossUnits::OnUnit of_order;
    if (on_unit) {
      of_order = [on_unit, order](int64_t index, const LossSum& loss) {
        on_unit(order, index, loss);
      };
    }
    losses_.emplace_back(tokenizer, of_order, units);
  }
}

void NgramBaselines::add(const ScoredToken& token) {
  // Where no token precedes the text, nothing predicts its first.
  const bool scored = history_.length > 0;
  const auto p = ngrams_.model.next(history_, token.id);
  for (size_t order = 0; order < p.size(); ++order) {
    std::optional<double> nats;
    if (scored) nats = -std::log(p[order]);
    losses_[order].add(token.id, nats);
  }
}

void NgramBaselines::finish(EvalReport& report) {
  for (size_t order = 0; order < losses_.size(); ++order) {
    report.baselines.push_back({kNames[order], losses_[order].finish()});
  }
  report.baseline_tokens = ngrams_.model.tokens();
  report.baseline_counted = ngrams_.counted;
  report.baseline_seen = ngrams_.seen;
}

} // namespace nanobrain
