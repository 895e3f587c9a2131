#include "nanobrain/inference/windows.h"

#include <rapidcheck.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "nanobrain/base/error.h"
#include "nanobrain/inference/evaluation.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

constexpr TokenId kPrefix = 1'000'000;

std::vector<TokenId> counting(int64_t length) {
  std::vector<TokenId> ids(static_cast<size_t>(length));
  std::iota(ids.begin(), ids.end(), 0);
  return ids;
}

/// Hands out at most `piece` ids a call, as a reader of documents may.
class PiecewiseSource : public SpanSource {
 public:
  PiecewiseSource(std::span<const TokenId> ids, size_t piece)
      : SpanSource(ids), piece_(piece) {}
  size_t read(std::span<TokenId> out) override {
    return SpanSource::read(out.first(std::min(out.size(), piece_)));
  }

 private:
  size_t piece_;
};

/// Context (tokens before it that its window shows) of each scored target.
/// Ids are positions: id i of the source stands at i + (prefix ? 1 : 0).
std::map<int64_t, int64_t> contexts_of(
    int64_t length, const WindowPlan& plan, int64_t max_count, size_t piece) {
  const auto ids = counting(length);
  PiecewiseSource source(ids, piece);
  WindowReader reader(source, plan);
  const int64_t shift = plan.prefix ? 1 : 0;
  std::map<int64_t, int64_t> contexts;
  WindowBatch batch;
  while (reader.next(max_count, batch)) {
    RC_ASSERT(batch.count >= 1 && batch.count <= max_count);
    RC_ASSERT(batch.inputs >= 1 && batch.inputs < plan.span);
    for (int64_t w = 0; w < batch.count; ++w) {
      const int64_t begin = batch.begins[static_cast<size_t>(w)];
      for (int64_t i = 0; i <= batch.inputs; ++i) {
        const int64_t position = begin + i;
        const int64_t id =
            batch.ids[static_cast<size_t>(w * (batch.inputs + 1) + i)];
        // Every window is a stretch of the stream as it is.
        RC_ASSERT(id == (position < shift ? kPrefix : position - shift));
        if (i > batch.first_scored) {
          RC_ASSERT(contexts.emplace(position, i).second); // once
        }
      }
    }
  }
  return contexts;
}

TEST(Windows, EveryTokenIsScoredOnceWithContext) {
  EXPECT_TRUE(rc::check("documents", [] {
    const auto context = *rc::gen::inRange<int64_t>(1, 20);
    const auto stride = *rc::gen::inRange<int64_t>(1, context + 1);
    const auto length = *rc::gen::inRange<int64_t>(0, 90);
    const auto max_count = *rc::gen::inRange<int64_t>(1, 9);
    const auto piece = *rc::gen::inRange<size_t>(1, 40);
    const auto end_of_text = *rc::gen::element(kPrefix, TokenId{-1});
    const auto plan =
        plan_windows(Protocol::kDocuments, context, stride, 20, end_of_text);
    const auto contexts = contexts_of(length, plan, max_count, piece);
    // Without end-of-text nothing predicts the first.
    const int64_t scored =
        end_of_text >= 0 ? length : std::max<int64_t>(length - 1, 0);
    RC_ASSERT(static_cast<int64_t>(contexts.size()) == scored);
    for (const auto& [position, tokens] : contexts) {
      // All there is, or context - stride and the token before the target.
      RC_ASSERT(tokens >= std::min(position, context - stride + 1));
      RC_ASSERT(tokens <= context);
    }
  }));
}

TEST(Windows, HuggingFaceScoresWhatTheGuideScores) {
  EXPECT_TRUE(rc::check("hf", [] {
    const auto context = *rc::gen::inRange<int64_t>(2, 20);
    const auto stride = *rc::gen::inRange<int64_t>(1, context + 1);
    const auto length = *rc::gen::inRange<int64_t>(1, 90);
    const auto max_count = *rc::gen::inRange<int64_t>(1, 9);
    const auto plan =
        plan_windows(Protocol::kHuggingFace, context, stride, 20, -1);
    // The loop of the guide: labels of the last trg_len tokens, of which the
    // first of the window drops out when labels are shifted.
    std::map<int64_t, int64_t> expected;
    int64_t previous_end = 0;
    for (int64_t begin = 0; begin < length; begin += stride) {
      const int64_t end = std::min(begin + context, length);
      const int64_t trg_len = end - previous_end;
      for (int64_t p = std::max(end - trg_len, begin + 1); p < end; ++p) {
        expected[p] = p - begin;
      }
      previous_end = end;
      if (end == length) break;
    }
    RC_ASSERT(contexts_of(length, plan, max_count, 7) == expected);
  }));
}

TEST(Windows, DefaultsAreTheWholeContextAndDisjoint) {
  const auto plan = plan_windows(
      Protocol::kDocuments, std::nullopt, std::nullopt, 256, kPrefix);
  EXPECT_EQ(plan.context, 256);
  EXPECT_EQ(plan.stride, 256);
  EXPECT_EQ(plan.prefix, kPrefix);
  const auto hf = plan_windows(
      Protocol::kHuggingFace, std::nullopt, std::nullopt, 1024, kPrefix);
  EXPECT_EQ(hf.span, 1024);
  EXPECT_EQ(hf.prefix, std::nullopt);
}

TEST(Windows, WrongSizesAreUsageErrors) {
  for (const auto& [context, stride, words] :
       {std::tuple(
            257,
            1,
            "context is 257; it must be from 1 to the model's max_seq_len, "
            "256"),
        std::tuple(0, 1, "context is 0"),
        std::tuple(8, 0, "stride is 0"),
        std::tuple(8, 9, "stride is 9; it must be from 1 to the context, 8")}) {
    EXPECT_ERROR(
        UsageError,
        words,
        plan_windows(Protocol::kDocuments, context, stride, 256, kPrefix));
  }
  EXPECT_ERROR(
      UsageError,
      "must be from 2",
      plan_windows(Protocol::kHuggingFace, 1, 1, 256, kPrefix));
}

/// The loss of a target is its id.
class EchoScorer : public TokenScorer {
 public:
  void score(const WindowBatch& batch, std::span<float> losses) override {
    ASSERT_EQ(static_cast<int64_t>(losses.size()), batch.scored());
    inputs_at_once = std::max(inputs_at_once, batch.count * batch.inputs);
    size_t next = 0;
    for (int64_t w = 0; w < batch.count; ++w) {
      for (int64_t i = batch.first_scored; i < batch.inputs; ++i) {
        losses[next++] = static_cast<float>(
            batch.ids[static_cast<size_t>(w * (batch.inputs + 1) + i + 1)]);
      }
    }
  }
  int64_t inputs_at_once = 0;
};

TEST(ScoreStream, GivesEachTokenItsOwnLossInOrder) {
  EXPECT_TRUE(rc::check("order", [] {
    const auto protocol =
        *rc::gen::element(Protocol::kDocuments, Protocol::kHuggingFace);
    const auto context = *rc::gen::inRange<int64_t>(2, 12);
    const auto stride = *rc::gen::inRange<int64_t>(1, context + 1);
    const auto length = *rc::gen::inRange<int64_t>(0, 70);
    const auto batch_tokens = *rc::gen::inRange<int64_t>(1, 60);
    const auto plan = plan_windows(protocol, context, stride, 12, kPrefix);
    const auto ids = counting(length);
    SpanSource source(ids);
    EchoScorer scorer;
    TokenId next = 0;
    std::vector<int64_t> contexts;
    score_stream(
        scorer, source, plan, batch_tokens, [&](const ScoredToken& token) {
          RC_ASSERT(token.id == next++);
          if (token.nats) RC_ASSERT(*token.nats == token.id);
          if (token.nats) contexts.push_back(token.before);
        });
    RC_ASSERT(scorer.inputs_at_once <= std::max(batch_tokens, context));
    const auto expected = contexts_of(length, plan, 1, 100);
    std::vector<int64_t> tokens;
    for (const auto& [_, before] : expected) tokens.push_back(before);
    RC_ASSERT(contexts == tokens);
  }));
}

} // namespace
} // namespace nanobrain
