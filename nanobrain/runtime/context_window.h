// Which tokens a model with learned positions sees.
#pragma once

#include <algorithm>
#include <cstdint>

namespace nanobrain {

/// First token that the model sees when it predicts token `length` of a text,
/// if it can see `context` tokens. Positions are learned, so keys and values
/// cannot be kept when the window moves: it moves by half a context at once,
/// and a token past the context is predicted from more than the newest half
/// context and at most a whole one.
inline int64_t window_start(int64_t length, int64_t context) {
  if (length <= context) return 0;
  const int64_t step = std::max<int64_t>(context / 2, 1);
  return (length - context + step - 1) / step * step;
}

} // namespace nanobrain
