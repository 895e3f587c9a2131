// The loss of every token of a stream.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "nanobrain/inference/language_model.h"
#include "nanobrain/inference/token_source.h"
#include "nanobrain/inference/windows.h"

namespace nanobrain {

/// Takes every token of a stream in order, without a loss where the protocol
/// does not score it.
using TokenSink = std::function<void(TokenId id, std::optional<double> nats)>;

/// Feeds a stream through a scorer, at most `batch_tokens` inputs at once, and
/// every token of it (the plan's prefix left out) to `sink`, under a progress
/// bar where it has a `label`. Returns the seconds that the scorer took:
/// reading and tokenising do not count.
double score_stream(
    TokenScorer& scorer,
    TokenSource& source,
    const WindowPlan& plan,
    int64_t batch_tokens,
    const TokenSink& sink,
    const std::string& label = {});

} // namespace nanobrain
