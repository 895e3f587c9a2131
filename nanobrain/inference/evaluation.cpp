#include "nanobrain/inference/evaluation.h"

#include "nanobrain/base/error.h"
#include "nanobrain/base/interrupt.h"
#include "nanobrain/base/parallel.h"
#include "nanobrain/inference/document_losses.h"
#include "nanobrain/inference/document_rows.h"
#include "nanobrain/inference/eval_input.h"
#include "nanobrain/inference/open_model.h"

namespace nanobrain {

namespace {

namespace fs = std::filesystem;

constexpr int64_t kMostBatchTokens = int64_t{1} << 24;

void check(const EvalRequest& request) {
  const bool hf = request.protocol == Protocol::kHuggingFace;
  bool tokens = false;
  for (const auto& input : request.inputs) tokens |= is_token_file(input);
  require<UsageError>(
      !request.inputs.empty(), "eval", "has nothing to read; give --input");
  require<UsageError>(
      !tokens || request.inputs.size() == 1,
      "eval",
      "takes one token file or any number of texts, not both");
  require<UsageError>(
      !hf || !tokens,
      "eval",
      "--protocol hf joins the rows of a text; a token file has none");
  require<UsageError>(
      !hf || !request.per_document,
      "eval",
      "--protocol hf makes one text of all rows: --per-document has no rows");
  require<UsageError>(
      !hf || !request.baseline_tokens,
      "eval",
      "the baselines score every token, which --protocol hf does not; "
      "evaluate without it to compare with them");
  require<UsageError>(
      !request.baseline_limit || request.baseline_tokens,
      "eval",
      "--baseline-limit counts --baseline-tokens; name them or leave it out");
  require<UsageError>(
      request.options.batch_tokens >= 1 &&
          request.options.batch_tokens <= kMostBatchTokens,
      "eval",
      "--batch-tokens must be from 1 to {}, but is {}",
      kMostBatchTokens,
      request.options.batch_tokens);
  require<UsageError>(
      request.baseline_limit.value_or(1) >= 1,
      "eval",
      "--baseline-limit is {}; it must be 1 or more",
      request.baseline_limit.value_or(1));
}

} // namespace

EvalReport run_evaluation(
    const EvalRequest& request, const Capabilities& capabilities) {
  check(request);
  EvalReport report;
  report.threads = resolve_threads(request.threads);
  const auto [model, tokenizer] =
      open_model(request.model, capabilities, request.options.bf16);
  const WindowPlan plan = plan_windows(
      request.protocol,
      request.options.context,
      request.options.stride,
      model->config().max_seq_len,
      tokenizer->end_of_text());
  const bool hf = request.protocol == Protocol::kHuggingFace;
  report.has_end_of_text = tokenizer->end_of_text() >= 0;
  require<UsageError>(
      report.has_end_of_text || !request.per_document,
      request.command,
      "the tokenizer has no end-of-text token that would part documents; leave "
      "--per-document out");

  std::vector<std::unique_ptr<TokenCounter>> counters;
  if (capabilities.make_counters) {
    counters = capabilities.make_counters(request, *tokenizer);
  }
  std::optional<DocumentRows> rows;
  if (request.per_document) rows.emplace(*request.per_document);
  DocumentLosses losses(*tokenizer, [&](int64_t index, const LossSum& loss) {
    if (rows) rows->add(index, loss);
  });

  EvalInput input(
      {request.inputs, request.documents, request.protocol},
      *tokenizer,
      request.threads,
      capabilities.open_documents);
  const auto scorer = model->make_scorer(report.threads);
  Progress progress(request.command, input.source().size());
  report.seconds = score_stream(
      *scorer,
      input.source(),
      plan,
      request.options.batch_tokens,
      [&](TokenId id, std::optional<double> nats) {
        losses.add(id, nats);
        for (const auto& counter : counters) counter->add(id);
        check_interrupted();
      },
      &progress);
  progress.finish();

  report.model = losses.finish();
  require(
      report.model.tokens > 0,
      request.command,
      "there is no token to score in {}: the text is empty, too short or was "
      "skipped whole",
      request.inputs.front().string());
  // Where no token parts the documents, the losses cannot tell.
  if (hf || !report.has_end_of_text) {
    report.model.documents = input.documents();
  }
  if (rows) rows->commit();
  report.protocol = request.protocol;
  report.context = plan.context;
  report.stride = plan.stride;
  report.skipped = input.counts().skipped();
  report.repaired = input.counts().repaired;
  report.precision = model->precision();
  for (const auto& counter : counters) counter->finish(report);
  return report;
}

} // namespace nanobrain
