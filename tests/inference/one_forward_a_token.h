// The losses that scorers of any model must give, each by a forward pass of its
// own.
#pragma once

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "nanobrain/inference/evaluation.h"
#include "tests/support/byte_tokenizer.h"
#include "tests/support/support.h"

namespace nanobrain::testing {

/// Logits (V) of the token after `ids`.
using NextLogits =
    std::function<std::vector<float>(std::span<const TokenId> ids)>;

inline const std::vector<std::string> kTexts = {
    "The cat sleeps.", "", "On the warm mat, peacefully!\nNext line."};

inline std::vector<TokenId> ids_of(const std::vector<std::string>& texts) {
  const ByteTokenizer tokenizer;
  std::vector<TokenId> ids;
  for (const auto& text : texts) {
    const auto encoded = tokenizer.encode(text);
    ids.insert(ids.end(), encoded.begin(), encoded.end());
    ids.push_back(ByteTokenizer::kEndOfText);
  }
  return ids;
}

/// Loss of each token of a stream from the tokens that its window shows before
/// it, in f64.
inline std::vector<double> reference_losses(
    const NextLogits& next_logits,
    const std::vector<TokenId>& ids,
    int64_t context,
    int64_t stride) {
  std::vector<TokenId> stream = {ByteTokenizer::kEndOfText};
  stream.insert(stream.end(), ids.begin(), ids.end());
  std::vector<double> losses;
  for (int64_t p = 1; p < std::ssize(stream); ++p) {
    // The first window that reaches p begins at the least multiple of stride
    // from which context inputs do.
    int64_t begin = 0;
    while (begin + context < p) begin += stride;
    const auto logits =
        next_logits({stream.begin() + begin, stream.begin() + p});
    double sum = 0;
    for (const float x : logits) sum += std::exp(static_cast<double>(x));
    const auto target = static_cast<size_t>(stream[static_cast<size_t>(p)]);
    losses.push_back(std::log(sum) - logits[target]);
  }
  return losses;
}

/// The losses that score_stream() gives.
inline std::vector<double> streamed_losses(
    TokenScorer& scorer,
    int64_t max_seq_len,
    const std::vector<TokenId>& ids,
    const EvalOptions& options) {
  const auto plan = plan_windows(
      Protocol::kDocuments,
      options.context,
      options.stride,
      max_seq_len,
      ByteTokenizer::kEndOfText);
  SpanSource source(ids);
  std::vector<double> losses;
  score_stream(
      scorer,
      source,
      plan,
      options.batch_tokens,
      [&](const ScoredToken& token) { losses.push_back(token.nats.value()); });
  return losses;
}

inline void expect_near(
    const std::vector<double>& losses, const std::vector<double>& expected) {
  ASSERT_EQ(losses.size(), expected.size());
  for (size_t i = 0; i < losses.size(); ++i) {
    // f32 logits of size 10: a few times 10 x 6e-8.
    EXPECT_NEAR(losses[i], expected[i], 1e-5) << "token " << i;
  }
}

/// Of a model of 12 positions and ByteTokenizer's ids.
inline void expect_one_forward_a_token(
    TokenScorer& scorer, const NextLogits& next_logits) {
  // The others are shorter than a window.
  for (const auto& texts :
       {kTexts, std::vector<std::string>{""}, {"a"}, {"ab"}}) {
    const auto ids = ids_of(texts);
    for (const auto& [context, stride] : std::vector<std::pair<int, int>>{
             {12, 12}, {12, 5}, {12, 1}, {7, 7}, {7, 3}, {1, 1}}) {
      SCOPED_TRACE(fmt::format("context {}, stride {}", context, stride));
      expect_near(
          streamed_losses(
              scorer, 12, ids, {.context = context, .stride = stride}),
          reference_losses(next_logits, ids, context, stride));
    }
  }
}

} // namespace nanobrain::testing
