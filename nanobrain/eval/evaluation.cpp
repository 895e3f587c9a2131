#include "nanobrain/eval/evaluation.h"

#include "nanobrain/base/error.h"
#include "nanobrain/base/interrupt.h"
#include "nanobrain/base/message.h"
#include "nanobrain/eval/eval_input.h"
#include "nanobrain/eval/model_folder.h"
#include "nanobrain/eval/ngram_baselines.h"
#include "nanobrain/eval/synthetic_floor.h"
#include "nanobrain/inference/document_losses.h"
#include "nanobrain/inference/document_rows.h"
#include "nanobrain/kernels/backend.h"
#include "nanobrain/synthetic/corpus.h"

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

/// Says why the texts of `synth` among the inputs get no entropy.
void explain_absent_floor(const EvalRequest& request) {
  for (const fs::path& input : request.inputs) {
    const fs::path bits = synthetic_bits_path(input);
    if (!fs::exists(bits)) continue;
    print_message(
        "eval: no entropy: {} lies beside {}, but not every document scored is "
        "one of the synthetic grammar",
        bits.string(),
        input.string());
  }
}

} // namespace

EvalReport run_evaluation(const EvalRequest& request) {
  check(request);
  EvalReport report;
  report.threads = set_threads(request.threads);
  const auto [model, tokenizer] = open_model_folder(
      request.model, {.bf16 = request.options.bf16, .threads = report.threads});
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
      "eval",
      "the tokenizer has no end-of-text token that would part documents; "
      "evaluate without --per-document");

  std::optional<NgramBaselines> baselines;
  if (request.baseline_tokens) {
    baselines.emplace(
        *request.baseline_tokens,
        request.baseline_limit ? request.baseline_limit
                               : trained_tokens(request.model),
        *tokenizer);
  }
  std::optional<DocumentRows> rows;
  if (request.per_document) rows.emplace(*request.per_document);
  DocumentLosses losses(*tokenizer, [&](int64_t index, const LossSum& loss) {
    if (rows) rows->add(index, loss);
  });
  SyntheticFloor floor(*tokenizer);

  EvalInput input(
      {request.inputs, request.documents, request.protocol},
      *tokenizer,
      request.threads);
  const auto scorer = model->make_scorer();
  Progress progress("eval", input.source().size());
  report.seconds = score_stream(
      *scorer,
      input.source(),
      plan,
      request.options.batch_tokens,
      [&](TokenId id, std::optional<double> nats) {
        losses.add(id, nats);
        if (baselines) baselines->add(id);
        if (!hf) floor.add(id);
        check_interrupted();
      },
      &progress);
  progress.finish();

  report.model = losses.finish();
  require(
      report.model.tokens > 0,
      "eval",
      "there is no token to score in {}: the text is empty, too short or was "
      "skipped whole",
      request.inputs.front().string());
  // Where no token parts the documents, the losses cannot tell.
  if (hf || !report.has_end_of_text) {
    report.model.documents = input.documents();
  }
  if (rows) rows->commit();
  if (baselines) {
    report.baselines = baselines->losses(report.model);
    report.baseline_tokens = baselines->counted_tokens();
  }
  report.floor_nats = floor.nats();
  if (plan.prefix && !report.floor_nats) explain_absent_floor(request);
  report.protocol = request.protocol;
  report.context = plan.context;
  report.stride = plan.stride;
  report.skipped = input.counts().skipped();
  report.repaired = input.counts().repaired;
  report.precision = model->precision();
  return report;
}

} // namespace nanobrain
