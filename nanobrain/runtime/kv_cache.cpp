#include "nanobrain/runtime/kv_cache.h"

#include <algorithm>

namespace nanobrain {

KeyValueCache::KeyValueCache(const ModelConfig& config)
    : num_heads_(config.num_heads),
      head_dim_(config.head_dim()),
      value_stride_(padded_to_lanes(head_dim_)),
      key_size_(padded_to_lanes(config.max_seq_len) * head_dim_),
      value_size_(config.max_seq_len * value_stride_),
      keys_(static_cast<size_t>(config.num_layers * num_heads_ * key_size_)),
      values_(
          static_cast<size_t>(config.num_layers * num_heads_ * value_size_)) {}

void KeyValueCache::put(
    int64_t layer, int64_t position, const float* keys, const float* values) {
  constexpr int64_t kLanes = AttentionHeads::kLanes;
  const int64_t block = position / kLanes, lane = position % kLanes;
  for (int64_t head = 0; head < num_heads_; ++head) {
    const int64_t index = layer * num_heads_ + head;
    float* key = keys_.data() + index * key_size_ + block * head_dim_ * kLanes;
    for (int64_t d = 0; d < head_dim_; ++d) {
      key[d * kLanes + lane] = keys[head * head_dim_ + d];
    }
    std::copy_n(
        values + head * head_dim_,
        head_dim_,
        values_.data() + index * value_size_ + position * value_stride_);
  }
}

AttentionHeads KeyValueCache::layer(int64_t layer) const {
  return {
      .keys = keys_.data() + layer * num_heads_ * key_size_,
      .values = values_.data() + layer * num_heads_ * value_size_,
      .heads = num_heads_,
      .head_dim = head_dim_,
      .key_size = key_size_,
      .value_size = value_size_};
}

bool KeyValueCache::fits(const ModelConfig& config, int64_t bytes) {
  // Dimensions are below 2^31, their product may not be below 2^63.
  const auto floats =
      static_cast<double>(config.num_layers * config.num_heads) *
      static_cast<double>(
          padded_to_lanes(config.max_seq_len) * config.head_dim() +
          config.max_seq_len * padded_to_lanes(config.head_dim()));
  return floats * sizeof(float) <= static_cast<double>(bytes);
}

} // namespace nanobrain
