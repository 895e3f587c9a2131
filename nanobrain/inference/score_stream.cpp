#include "nanobrain/inference/score_stream.h"

#include <algorithm>
#include <vector>

#include "nanobrain/base/progress.h"
#include "nanobrain/base/stopwatch.h"

namespace nanobrain {

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
        next < first ? sink(id, std::nullopt) : sink(id, *loss++);
      }
    }
    if (progress) progress->update(source.position());
  }
  return seconds;
}

} // namespace nanobrain
