#include "nanobrain/inference/evaluate.h"

#include "nanobrain/base/error.h"
#include "nanobrain/inference/document_losses.h"
#include "nanobrain/inference/token_source.h"

namespace nanobrain {

LossSum evaluate(
    TokenScorer& scorer,
    int64_t max_seq_len,
    const TokenFile& file,
    const Tokenizer& tokenizer,
    const EvalOptions& options,
    Progress* progress) {
  file.require_tokenizer(tokenizer);
  const WindowPlan plan = plan_windows(
      Protocol::kDocuments,
      options.context,
      options.stride,
      max_seq_len,
      tokenizer.end_of_text());
  TokenFileSource source(file);
  DocumentLosses losses(tokenizer);
  score_stream(
      scorer,
      source,
      plan,
      options.batch_tokens,
      [&](TokenId id, std::optional<double> nats) { losses.add(id, nats); },
      progress);
  const LossSum total = losses.finish();
  require(
      total.tokens > 0,
      "eval",
      "{} holds no tokens; prepare it from a text that is not empty",
      file.path().string());
  return total;
}

} // namespace nanobrain
