#include "nanobrain/inference/evaluation.h"

#include <algorithm>
#include <set>

#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"
#include "nanobrain/base/interrupt.h"
#include "nanobrain/base/parallel.h"
#include "nanobrain/base/progress.h"
#include "nanobrain/base/stopwatch.h"

namespace nanobrain {

namespace {

void check(const EvalRequest& request) {
  constexpr int64_t kMostBatchTokens = int64_t{1} << 24;
  const auto& inputs = request.text.inputs;
  const bool hf = request.text.protocol == Protocol::kHuggingFace;
  const bool tokens = std::ranges::any_of(inputs, is_token_file);
  const auto refuse_if = [&](bool wrong, std::string_view why) {
    require<UsageError>(!wrong, request.command, "{}", why);
  };
  refuse_if(inputs.empty(), "has nothing to read; give --input");
  refuse_if(
      tokens && inputs.size() > 1,
      "takes one token file or any number of texts, not both");
  refuse_if(
      hf && tokens,
      "--protocol hf joins the rows of a text; a token file has none");
  refuse_if(
      hf && request.per_document,
      "--protocol hf makes one text of all rows: --per-document has no rows");
  refuse_if(
      hf && request.baseline_tokens,
      "the baselines score every token, which --protocol hf does not; "
      "evaluate without it to compare with them");
  refuse_if(
      request.baseline_limit && !request.baseline_tokens,
      "--baseline-limit counts --baseline-tokens; name them or leave it out");
  for (const std::string& by : request.by) {
    refuse_if(
        by != kByPosition && by != kByFrequency && by != kBySource,
        "--by is position, frequency, source or several of them, not " + by);
    refuse_if(
        std::ranges::count(request.by, by) > 1,
        fmt::format("--by names {} twice; keep one", by));
    refuse_if(
        hf && by == kBySource,
        "--protocol hf makes one text of all rows: --by source has none");
  }
  const int64_t batch = request.options.batch_tokens;
  refuse_if(
      batch < 1 || batch > kMostBatchTokens,
      fmt::format(
          "--batch-tokens must be from 1 to {}, but is {}",
          kMostBatchTokens,
          batch));
  const int64_t limit = request.baseline_limit.value_or(1);
  refuse_if(
      limit < 1,
      fmt::format("--baseline-limit is {}; it must be 1 or more", limit));
}

/// The file of EvalRequest::per_document, which appears at commit().
class DocumentRows {
 public:
  explicit DocumentRows(const fs::path& path)
      : file_(path), json_(path.extension() == ".jsonl") {
    if (!json_) file_.write("document\ttokens\tbytes\twords\tnats\n");
  }
  void add(int64_t index, const LossSum& loss) {
    const Json row = {
        {"document", index},
        {"tokens", loss.tokens},
        {"bytes", loss.bytes},
        {"words", loss.words},
        {"nats", loss.nats}};
    std::string line;
    for (const Json& value : row) line += value.dump() + "\t";
    line.back() = '\n';
    file_.write(json_ ? row.dump() + "\n" : line);
  }
  void commit() { file_.commit(); }

 private:
  AtomicFile file_;
  bool json_;
};

/// Of the documents of a val.tokens that overlap with training, by index;
/// nothing where no prepare.json beside it says so.
std::optional<std::set<int64_t>> overlapping_documents(const EvalText& text) {
  const fs::path& file = text.inputs.front();
  const fs::path record = file.parent_path() / "prepare.json";
  if (file.filename() != "val.tokens" || !fs::exists(record)) return {};
  const Json overlap = read_json(record).value("overlap", Json::object());
  const Json found = overlap.value("val_documents_overlapping", Json());
  if (!found.is_array()) return {};
  return found.get<std::set<int64_t>>();
}

WindowPlan plan_evaluation(
    Protocol protocol,
    const EvalOptions& options,
    int64_t max_seq_len,
    const Tokenizer& tokenizer) {
  return plan_windows(
      protocol,
      options.context,
      options.stride,
      max_seq_len,
      tokenizer.end_of_text());
}

} // namespace

double score_stream(
    TokenScorer& scorer,
    TokenSource& source,
    const WindowPlan& plan,
    int64_t batch_tokens,
    const TokenSink& sink,
    const std::string& label) {
  std::optional<Progress> progress;
  if (!label.empty()) progress.emplace(label, source.size());
  WindowReader reader(source, plan);
  const int64_t max_count = std::max<int64_t>(batch_tokens / plan.span, 1);
  double seconds = 0;
  int64_t next = plan.prefix ? 1 : 0; // position of the sink's next token
  WindowBatch batch;
  std::vector<float> losses;
  while (reader.next(max_count, batch)) {
    losses.resize(static_cast<size_t>(batch.scored()));
    const Stopwatch watch;
    scorer.score(batch, losses);
    seconds += watch.seconds();
    auto loss = losses.begin();
    for (int64_t w = 0; w < batch.count; ++w) {
      const int64_t begin = batch.begins[static_cast<size_t>(w)];
      const int64_t first = begin + batch.first_scored + 1;
      const int64_t end = begin + batch.inputs + 1;
      const int64_t* row = batch.ids.data() + w * (batch.inputs + 1);
      for (; next < end; ++next) {
        const auto id = static_cast<TokenId>(row[next - begin]);
        ScoredToken token{.id = id, .before = next - begin};
        if (next >= first) token.nats = *loss++;
        sink(token);
      }
    }
    if (progress) progress->update(source.position());
  }
  return seconds;
}

LossSum evaluate(
    TokenScorer& scorer,
    int64_t max_seq_len,
    const TokenFile& file,
    const Tokenizer& tokenizer,
    const EvalOptions& options,
    const std::string& label) {
  file.require_tokenizer(tokenizer);
  TokenFileSource source(file);
  LossUnits losses(tokenizer);
  score_stream(
      scorer,
      source,
      plan_evaluation(Protocol::kDocuments, options, max_seq_len, tokenizer),
      options.batch_tokens,
      [&](const ScoredToken& token) { losses.add(token.id, token.nats); },
      label);
  const LossSum total = losses.finish();
  require(
      total.tokens > 0,
      file.path().string(),
      "holds no tokens; prepare it from a text that is not empty");
  return total;
}

EvalReport score_text(
    TokenScorer& scorer,
    int64_t max_seq_len,
    const Tokenizer& tokenizer,
    const EvalRequest& request,
    const Capabilities& capabilities,
    LossUnits& losses,
    const std::string& label) {
  const auto& text = request.text;
  const WindowPlan plan =
      plan_evaluation(text.protocol, request.options, max_seq_len, tokenizer);
  EvalReport report;
  report.protocol = text.protocol;
  report.context = plan.context;
  report.stride = plan.stride;
  report.has_end_of_text = tokenizer.end_of_text() >= 0;
  std::vector<std::unique_ptr<TokenCounter>> counters;
  if (capabilities.make_counters) {
    counters = capabilities.make_counters(request, tokenizer);
  }
  EvalInput input(
      text, tokenizer, request.threads, capabilities.open_documents);
  report.seconds = score_stream(
      scorer,
      input.source(),
      plan,
      request.options.batch_tokens,
      [&](const ScoredToken& token) {
        losses.add(token.id, token.nats);
        for (const auto& counter : counters) counter->add(token);
        check_interrupted();
      },
      label);

  report.model = losses.finish();
  require(
      report.model.tokens > 0,
      request.command,
      "there is no token to score in {}: the text is empty, too short or was "
      "skipped whole",
      text.inputs.front().string());
  // Where no token separates the documents, the losses cannot tell.
  if (text.protocol == Protocol::kHuggingFace || !report.has_end_of_text) {
    report.model.documents = input.documents();
  }
  report.skipped = input.counts().skipped();
  report.repaired = input.counts().repaired;
  for (const auto& counter : counters) counter->finish(report);
  return report;
}

EvalReport run_evaluation(
    const EvalRequest& asked, const Capabilities& capabilities) {
  check(asked);
  EvalRequest request = asked;
  const int64_t threads = resolve_threads(request.threads);
  const auto [model, tokenizer] =
      open_model(request.model, capabilities, request.options.bf16);
  request.options.context = choose_context(
      request.command,
      asked.options.context,
      model->trained_context(),
      asked.model.string());
  require<UsageError>(
      tokenizer->end_of_text() >= 0 || !request.per_document,
      request.command,
      "the tokenizer has no end-of-text token that would separate documents; "
      "leave --per-document out");
  std::optional<DocumentRows> rows;
  if (request.per_document) rows.emplace(*request.per_document);
  const auto overlapping = overlapping_documents(request.text);
  LossSum without_overlap;
  LossUnits losses(*tokenizer, [&](int64_t index, const LossSum& loss) {
    if (rows) rows->add(index, loss);
    if (overlapping && !overlapping->contains(index)) without_overlap += loss;
  });
  EvalReport report = score_text(
      *model->make_scorer(threads),
      model->config().max_seq_len,
      *tokenizer,
      request,
      capabilities,
      losses,
      request.command);
  report.precision = model->precision();
  report.threads = threads;
  if (without_overlap.tokens > 0) report.without_overlap = without_overlap;
  if (rows) rows->commit();
  return report;
}

} // namespace nanobrain
