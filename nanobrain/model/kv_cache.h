// Keys and values of the tokens seen so far, so that the next token costs one
// token's work.
#pragma once

#include <torch/torch.h>

#include <vector>

namespace nanobrain {

/// Empty at first; the first forward pass makes the tensors at their full
/// length and later ones write into them. Setting `length` back forgets the
/// tokens behind it; a new batch size wants a new cache.
struct KVCache {
  int64_t length = 0;              // tokens held
  std::vector<torch::Tensor> keys; // a layer each: (B, nh, max_seq_len, hs)
  std::vector<torch::Tensor> values;
};

} // namespace nanobrain
