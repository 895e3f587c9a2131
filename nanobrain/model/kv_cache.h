// Keys and values of the tokens seen so far.
#pragma once

#include <torch/torch.h>

#include <vector>

namespace nanobrain {

struct KVCache {
  int64_t length = 0; // tokens held
  std::vector<torch::Tensor> keys; // a layer each: (B, nh, max_seq_len, hs)
  std::vector<torch::Tensor> values;
};

} // namespace nanobrain
