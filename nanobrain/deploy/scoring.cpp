#include "nanobrain/deploy/scoring.h"

#include "nanobrain/base/error.h"
#include "nanobrain/base/interrupt.h"
#include "nanobrain/base/parallel.h"
#include "nanobrain/deploy/int8_folder.h"
#include "nanobrain/inference/document_losses.h"
#include "nanobrain/inference/document_rows.h"
#include "nanobrain/inference/int8_scorer.h"
#include "nanobrain/inference/score_stream.h"

namespace nanobrain {

namespace {

// Of at most 256 tokens each: work for many threads, little memory.
constexpr int64_t kBatchTokens = 16'384;

} // namespace

EvalReport score_text(const ScoreRequest& request) {
  EvalReport report;
  report.precision = "int8";
  report.threads = resolve_threads(request.threads);
  const auto [model, tokenizer] = open_int8_folder(request.model);
  report.has_end_of_text = tokenizer->end_of_text() >= 0;
  require<UsageError>(
      report.has_end_of_text || !request.per_document,
      "score",
      "the tokenizer has no end-of-text token that would part documents; "
      "score without --per-document");
  const WindowPlan plan = plan_windows(
      report.protocol,
      request.context,
      request.stride,
      model->config().max_seq_len,
      tokenizer->end_of_text());
  report.context = plan.context;
  report.stride = plan.stride;

  const auto reader = open_plain_documents(request.inputs, request.documents);
  DocumentSource source(*reader, *tokenizer, report.threads);
  std::optional<DocumentRows> rows;
  if (request.per_document) rows.emplace(*request.per_document);
  DocumentLosses losses(*tokenizer, [&](int64_t index, const LossSum& loss) {
    if (rows) rows->add(index, loss);
  });
  const auto scorer = make_int8_scorer(model, report.threads);
  Progress progress("score", source.size());
  report.seconds = score_stream(
      *scorer,
      source,
      plan,
      kBatchTokens,
      [&](TokenId id, std::optional<double> nats) {
        losses.add(id, nats);
        check_interrupted();
      },
      &progress);
  progress.finish();

  report.model = losses.finish();
  require(
      report.model.tokens > 0,
      "score",
      "there is no token to score in {}: the text is empty, too short or was "
      "skipped whole",
      request.inputs.front().string());
  // Where no token parts the documents, the losses cannot tell.
  if (!report.has_end_of_text) {
    report.model.documents = reader->counts().documents;
  }
  if (rows) rows->commit();
  report.skipped = reader->counts().skipped();
  report.repaired = reader->counts().repaired;
  return report;
}

} // namespace nanobrain
