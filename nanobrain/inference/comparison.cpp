#include "nanobrain/inference/comparison.h"

#include <algorithm>
#include <set>

#include "nanobrain/base/error.h"
#include "nanobrain/base/parallel.h"
#include "nanobrain/config/model_folder.h"
#include "nanobrain/config/parameters.h"
#include "nanobrain/inference/ngram_baselines.h"

namespace nanobrain {

namespace {

/// A model before its weights are read.
struct Compared {
  std::string name;
  fs::path folder;
  ModelConfig config;
  int64_t trained_context = 0;
  std::shared_ptr<const Tokenizer> tokenizer;
};

/// The n-grams of models that have seen the same tokens, counted while the
/// first of them is scored.
struct BaselineGroup {
  std::string key;
  fs::path tokens;
  std::vector<size_t> models;
};

/// Counting takes some 70 bytes a token.
constexpr int64_t kMostCounted = int64_t{1} << 26;

void check(const CompareRequest& request) {
  const auto& [inputs, _, protocol, most] = request.text;
  const auto refuse_if = [](bool wrong, const std::string& why) {
    require<UsageError>(!wrong, "compare", "{}", why);
  };
  refuse_if(
      request.models.empty(), "has no models; give --model, once for each");
  refuse_if(inputs.empty(), "has nothing to read; give --input");
  for (const fs::path& input : inputs) {
    refuse_if(
        is_token_file(input),
        input.string() +
            " holds the ids of one tokenizer; compare reads text, "
            "which every model tokenises by itself");
  }
  refuse_if(
      most && *most < 1,
      fmt::format(
          "--max-documents is {}; it must be 1 or more", most.value_or(1)));
  refuse_if(
      most && protocol == Protocol::kHuggingFace,
      "--protocol hf makes one text of all rows: --max-documents has none");
}

/// Opens all that is read before the weights, so that a mistake in the last
/// folder shows before the first model is scored.
std::vector<Compared> open_candidates(const CompareRequest& request) {
  std::vector<Compared> candidates;
  std::set<fs::path> folders;
  for (const fs::path& path : request.models) {
    const fs::path folder = find_model_folder(path);
    require<UsageError>(
        folders.insert(fs::canonical(folder)).second,
        "compare",
        "{} comes twice; name each model once",
        path.string());
    require_precision(folder, request.options.bf16);
    const ModelConfig config = read_model_config(folder).model;
    const auto tokenizer = open_model_tokenizer(folder, config.vocab_size);
    require(
        request.text.protocol == Protocol::kHuggingFace ||
            tokenizer->end_of_text() >= 0,
        "compare",
        "the tokenizer of {} has no end-of-text token to precede the text; "
        "compare with --protocol hf",
        path.string());
    candidates.push_back(
        {path.string(),
         folder,
         config,
         trained_context(folder, config.max_seq_len),
         tokenizer});
  }
  return candidates;
}

/// The windows of all models: of the context asked for, else of the longest
/// that all were trained at.
WindowPlan common_windows(
    const std::vector<Compared>& candidates, const CompareRequest& request) {
  const auto most_of = [](const Compared& candidate) {
    return candidate.config.max_seq_len;
  };
  const auto shortest = std::ranges::min_element(candidates, {}, most_of);
  const auto requested = request.options.context;
  require<UsageError>(
      requested.value_or(1) <= most_of(*shortest),
      "compare",
      "context is {}, but {} takes {} at most; leave --context out for the "
      "longest that all models were trained at",
      requested.value_or(1),
      shortest->name,
      most_of(*shortest));
  const auto trained =
      std::ranges::min_element(candidates, {}, &Compared::trained_context);
  return plan_windows(
      request.text.protocol,
      choose_context(
          "compare", requested, trained->trained_context, trained->name),
      request.options.stride,
      most_of(*shortest),
      0);
}

/// Whose baselines can be counted, and what keeps the others from it.
std::vector<BaselineGroup> group_baselines(
    const std::vector<Compared>& candidates,
    const CompareRequest& request,
    ComparisonReport& report) {
  std::vector<BaselineGroup> groups;
  if (request.text.protocol == Protocol::kHuggingFace) {
    report.missing_baselines = {
        "the baselines score every token, which --protocol hf does not"};
    return groups;
  }
  for (size_t i = 0; i < candidates.size(); ++i) {
    const Compared& candidate = candidates[i];
    const auto seen = find_seen_windows(candidate.folder);
    const fs::path tokens = request.baselines ? *request.baselines
                            : seen            ? seen->train
                                              : "";
    const std::string fault =
        tokens.empty() ? "its training tokens are not known; give --baselines"
        : !fs::exists(tokens)
            ? "its training tokens are not at " + tokens.string()
        : TokenFile(tokens).info().tokenizer_hash != candidate.tokenizer->hash()
            ? "another tokenizer made " + tokens.string()
        : seen && seen->tokens() > kMostCounted
            ? "it has seen too many tokens to count them all"
            : "";
    if (!fault.empty()) {
      report.missing_baselines.push_back(candidate.name + ": " + fault);
      continue;
    }
    const std::string key = seen ? fmt::format(
                                       "{} {} {} {}",
                                       seen->train_xxh3,
                                       seen->windows,
                                       seen->seq_len,
                                       seen->data_seed)
                                 : candidate.folder.string();
    auto same = std::ranges::find(groups, key, &BaselineGroup::key);
    if (same == groups.end()) {
      same = groups.insert(groups.end(), {key, tokens, {}});
    }
    same->models.push_back(i);
  }
  return groups;
}

/// Gives up its counters to one evaluation.
Capabilities with_counter(
    const Capabilities& capabilities, std::unique_ptr<TokenCounter>& counter) {
  Capabilities all{.open_documents = capabilities.open_documents};
  all.make_counters = [&counter](const EvalRequest&, const Tokenizer&) {
    std::vector<std::unique_ptr<TokenCounter>> counters;
    if (counter) counters.push_back(std::move(counter));
    return counters;
  };
  return all;
}

/// `counter` is put beside the model's loss, where there is one, and
/// `baselines` gets its result.
ComparedModel score(
    const Compared& candidate,
    const CompareRequest& request,
    const Capabilities& capabilities,
    const ComparisonReport& report,
    const std::string& label,
    std::vector<LossSum>& units,
    std::unique_ptr<TokenCounter> counter,
    EvalReport& scored) {
  units.resize(static_cast<size_t>(report.units.count));
  const auto model =
      open_language_model(candidate.folder, capabilities, request.options.bf16);
  const Tokenizer& tokenizer = *candidate.tokenizer;
  EvalOptions options = request.options;
  options.context = report.context;
  options.stride = report.stride;
  LossUnits losses(
      tokenizer,
      [&](int64_t index, const LossSum& loss) {
        units[static_cast<size_t>(index)] = loss;
      },
      report.units);
  scored = score_text(
      *model->make_scorer(report.threads),
      candidate.config.max_seq_len,
      tokenizer,
      {.command = "compare",
       .text = request.text,
       .options = options,
       .threads = request.threads},
      with_counter(capabilities, counter),
      losses,
      label);
  require(
      losses.tokens() >= report.context,
      "compare",
      "the text gives {} tokens of {} to score, less than one window of {}: "
      "give a longer text, or a shorter --context",
      losses.tokens(),
      candidate.name,
      report.context);
  require(
      losses.bytes() == report.text.bytes,
      "compare",
      "the tokens of {} stand for {} bytes, but the text has {}: bits per byte "
      "would not be those of the text",
      candidate.name,
      losses.bytes(),
      report.text.bytes);
  ComparedModel compared;
  compared.name = candidate.name;
  compared.tokenizer = tokenizer.kind();
  compared.loss = scored.model;
  compared.loss.documents = report.text.documents;
  compared.parameters = count_parameters(candidate.config);
  compared.precision = model->precision();
  compared.file_bytes = model->file_bytes();
  compared.seconds = scored.seconds;
  return compared;
}

std::vector<SeedGroup> find_seeds(
    const std::vector<Compared>& candidates,
    const std::vector<ComparedModel>& models) {
  std::vector<SeedSample> samples;
  for (size_t i = 0; i < models.size(); ++i) {
    samples.push_back(
        {find_trained_by(candidates[i].folder),
         models[i].loss.bits_per_byte(),
         models[i].intervals->bits_per_byte_deviation});
  }
  return group_by_recipe(samples);
}

} // namespace

ComparisonReport run_comparison(
    const CompareRequest& request, const Capabilities& capabilities) {
  check(request);
  ComparisonReport report;
  if (request.reference) report.published = load_published(*request.reference);
  report.threads = resolve_threads(request.threads);
  const auto candidates = open_candidates(request);
  const WindowPlan plan = common_windows(candidates, request);
  report.protocol = request.text.protocol;
  report.context = plan.context;
  report.stride = plan.stride;
  report.text = survey_text(request.text, capabilities.open_documents);
  require(
      report.text.bytes > 0,
      "compare",
      "there is no text in {}: it is empty or blank{}",
      request.text.inputs.front().string(),
      report.text.skipped > 0
          ? fmt::format(
                ", or all of it was skipped ({} documents that are not valid "
                "UTF-8 or too long; --invalid-utf8 replace repairs the former)",
                report.text.skipped)
          : "");
  const bool documents = report.protocol == Protocol::kDocuments;
  report.units = plan_units(
      documents ? report.text.documents : 1,
      report.text.bytes,
      report.text.articles);

  const auto groups = group_baselines(candidates, request, report);
  std::vector<std::vector<LossSum>> units(candidates.size());
  for (size_t i = 0; i < candidates.size(); ++i) {
    const auto group = std::ranges::find_if(
        groups, [&](const BaselineGroup& g) { return g.models.front() == i; });
    std::vector<std::vector<LossSum>> counted(
        NgramModel::kHighest + 1,
        std::vector<LossSum>(static_cast<size_t>(report.units.count)));
    std::unique_ptr<TokenCounter> counter;
    if (group != groups.end()) {
      const Tokenizer& tokenizer = *candidates[i].tokenizer;
      counter = std::make_unique<NgramBaselines>(
          count_ngrams(group->tokens, {}, candidates[i].folder, tokenizer),
          tokenizer,
          [&](size_t order, int64_t unit, const LossSum& loss) {
            counted[order][static_cast<size_t>(unit)] = loss;
          },
          report.units);
    }
    EvalReport scored;
    report.models.push_back(score(
        candidates[i],
        request,
        capabilities,
        report,
        fmt::format(
            "{} ({} of {})", candidates[i].name, i + 1, candidates.size()),
        units[i],
        std::move(counter),
        scored));
    for (size_t order = 0; order < scored.baselines.size(); ++order) {
      const auto& [name, loss] = scored.baselines[order];
      report.baselines.push_back(
          {.name = name,
           .models = group->models,
           .tokenizer = report.models[i].tokenizer,
           .counted_tokens = scored.baseline_tokens,
           .loss = loss,
           .intervals = {}});
      units.push_back(std::move(counted[order]));
    }
  }
  report.effective_units = effective_units(units.front());
  const auto intervals = bootstrap_intervals(units, request.threads);
  for (size_t i = 0; i < intervals.size(); ++i) {
    const size_t models = report.models.size();
    (i < models ? report.models[i].intervals
                : report.baselines[i - models].intervals) = intervals[i];
  }
  if (!intervals.empty()) report.seeds = find_seeds(candidates, report.models);
  return report;
}

} // namespace nanobrain
