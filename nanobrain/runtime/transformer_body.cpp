#include "nanobrain/runtime/transformer_body.h"

#include <algorithm>

namespace nanobrain {

namespace {

/// n rounded up to what int8 products take of a row.
int64_t padded_to_line(int64_t n) {
  return (n + 63) / 64 * 64;
}

AlignedBuffer<float> rows_of(int64_t rows, int64_t stride) {
  return AlignedBuffer<float>(static_cast<size_t>(rows * stride));
}

} // namespace

TransformerBody::Scratch::Scratch(const ModelConfig& c)
    : hidden(rows_of(kRows, padded_to_lanes(c.model_dim) + 16)),
      wide(rows_of(kRows, padded_to_lanes(c.ffn_dim))),
      change(rows_of(kRows, padded_to_lanes(c.model_dim))),
      quantized(static_cast<size_t>(
          kRows * padded_to_line(std::max(c.model_dim, c.ffn_dim)))),
      scale(rows_of(kRows, 1)),
      scores(rows_of(FloatOps::kHeads, padded_to_lanes(c.max_seq_len))) {}

TransformerBody::TransformerBody(const RuntimeModel& model, ThreadPool& pool)
    : model_(model),
      pool_(pool),
      int8_(int8_kernels()),
      floats_(float_ops()),
      stride_(padded_to_lanes(model.config().model_dim)),
      hidden_stride_(stride_ + 16),
      wide_stride_(padded_to_lanes(model.config().ffn_dim)),
      qkv_stride_(padded_to_lanes(3 * model.config().model_dim)),
      cache_(model.config()),
      residual_(rows_of(model.config().max_seq_len, stride_)),
      qkv_(rows_of(model.config().max_seq_len, qkv_stride_)),
      output_(static_cast<size_t>(
          model.config().max_seq_len * model.head().padded_in())),
      output_scale_(rows_of(model.config().max_seq_len, 1)) {
  for (int64_t i = 0; i < pool.threads(); ++i) {
    scratch_.emplace_back(model.config());
  }
}

QuantizedRows TransformerBody::outputs() const {
  return {
      output_.data(),
      output_scale_.data(),
      outputs_,
      model_.head().padded_in()};
}

void TransformerBody::read(
    std::span<const TokenId> ids, int64_t begin, int64_t outputs) {
  const auto count = static_cast<int64_t>(ids.size());
  const int64_t layers = model_.config().num_layers;
  begin_ = begin;
  outputs_ = outputs;
  // Between a layer's keys and its attention every row must have its keys.
  for_rows(0, count, [&](Rows rows, Scratch& scratch) {
    embed(ids, rows);
    make_keys(rows, 0, scratch);
  });
  for (int64_t layer = 1; layer < layers; ++layer) {
    for_rows(0, count, [&](Rows rows, Scratch& scratch) {
      attend(rows, layer - 1, scratch);
      feed_forward(rows, layer - 1, scratch);
      make_keys(rows, layer, scratch);
    });
  }
  const int64_t first = count - outputs;
  for_rows(first, count, [&](Rows rows, Scratch& scratch) {
    attend(rows, layers - 1, scratch);
    feed_forward(rows, layers - 1, scratch);
    finish(rows, first, scratch);
  });
}

template <class Body>
void TransformerBody::for_rows(int64_t begin, int64_t end, const Body& body) {
  const int64_t chunks = (end - begin + kRows - 1) / kRows;
  if (chunks == 1) { // not worth another thread
    body(Rows{begin, end}, scratch_.front());
    return;
  }
  next_ = 0;
  pool_.run([&](int64_t part, int64_t) {
    Scratch& scratch = scratch_[static_cast<size_t>(part)];
    // The last rows first: they attend to the most keys.
    for (int64_t chunk; (chunk = chunks - ++next_) >= 0;) {
      const int64_t first = begin + chunk * kRows;
      body(Rows{first, std::min(first + kRows, end)}, scratch);
    }
  });
}

void TransformerBody::embed(std::span<const TokenId> ids, Rows rows) {
  const int64_t C = model_.config().model_dim;
  for (int64_t row = rows.begin; row < rows.end; ++row) {
    float* x = residual(row);
    const float* position = model_.positions() + (begin_ + row) * C;
    model_.embed(ids[static_cast<size_t>(row)], x);
    for (int64_t i = 0; i < C; ++i) x[i] += position[i];
  }
}

void TransformerBody::make_keys(Rows rows, int64_t layer, Scratch& scratch) {
  const int64_t C = model_.config().model_dim;
  const auto& weights = model_.layers()[static_cast<size_t>(layer)];
  normalize(weights.ln_1, rows, scratch);
  float* qkv = qkv_.data() + rows.begin * qkv_stride_;
  apply(
      weights.c_attn,
      scratch.hidden.data(),
      hidden_stride_,
      rows.count(),
      scratch,
      qkv,
      qkv_stride_);
  for (int64_t row = rows.begin; row < rows.end; ++row, qkv += qkv_stride_) {
    cache_.put(layer, begin_ + row, qkv + C, qkv + 2 * C);
  }
}

void TransformerBody::attend(Rows rows, int64_t layer, Scratch& scratch) {
  const AttentionHeads heads = cache_.layer(layer);
  for (int64_t row = rows.begin; row < rows.end; ++row) {
    floats_.attend(
        qkv_.data() + row * qkv_stride_,
        heads,
        begin_ + row + 1,
        scratch.scores.data(),
        scratch.hidden.data() + (row - rows.begin) * hidden_stride_);
  }
  apply(
      model_.layers()[static_cast<size_t>(layer)].attn_proj,
      scratch.hidden.data(),
      hidden_stride_,
      rows.count(),
      scratch,
      scratch.change.data(),
      stride_);
  add_change(rows, scratch);
}

void TransformerBody::feed_forward(Rows rows, int64_t layer, Scratch& scratch) {
  const auto& weights = model_.layers()[static_cast<size_t>(layer)];
  normalize(weights.ln_2, rows, scratch);
  float* wide = scratch.wide.data();
  apply(
      weights.c_fc,
      scratch.hidden.data(),
      hidden_stride_,
      rows.count(),
      scratch,
      wide,
      wide_stride_);
  const auto gelu =
      model_.config().gelu_tanh() ? floats_.gelu_tanh : floats_.gelu_erf;
  gelu(wide, rows.count() * wide_stride_);
  apply(
      weights.mlp_proj,
      wide,
      wide_stride_,
      rows.count(),
      scratch,
      scratch.change.data(),
      stride_);
  add_change(rows, scratch);
}

void TransformerBody::finish(Rows rows, int64_t first, Scratch& scratch) {
  normalize(model_.final_norm(), rows, scratch);
  const int64_t C = model_.config().model_dim;
  const int64_t padded = model_.head().padded_in();
  for (int64_t i = 0; i < rows.count(); ++i) {
    const int64_t out = rows.begin - first + i;
    output_scale_[static_cast<size_t>(out)] = int8_.quantize(
        scratch.hidden.data() + i * hidden_stride_,
        C,
        padded,
        output_.data() + out * padded);
  }
}

void TransformerBody::normalize(
    const RuntimeModel::Norm& norm, Rows rows, Scratch& scratch) {
  const ModelConfig& config = model_.config();
  for (int64_t i = 0; i < rows.count(); ++i) {
    floats_.layer_norm(
        residual(rows.begin + i),
        norm.weight.data(),
        norm.bias.data(),
        config.model_dim,
        static_cast<float>(config.layer_norm_epsilon),
        scratch.hidden.data() + i * hidden_stride_);
  }
}

void TransformerBody::apply(
    const RuntimeModel::Linear& linear,
    const float* x,
    int64_t stride_x,
    int64_t rows,
    Scratch& scratch,
    float* y,
    int64_t stride_y) {
  const PackedMatrix& weight = linear.weight;
  const int64_t padded = weight.padded_in();
  for (int64_t i = 0; i < rows; ++i) {
    scratch.scale[static_cast<size_t>(i)] = int8_.quantize(
        x + i * stride_x,
        weight.in(),
        padded,
        scratch.quantized.data() + i * padded);
  }
  int8_.multiply(
      {scratch.quantized.data(), scratch.scale.data(), rows, padded},
      weight,
      0,
      weight.blocks(),
      y,
      stride_y);
  if (linear.bias.size() == 0) return;
  for (int64_t i = 0; i < rows; ++i) {
    floats_.add(
        linear.bias.data(),
        static_cast<int64_t>(linear.bias.size()),
        y + i * stride_y);
  }
}

void TransformerBody::add_change(Rows rows, Scratch& scratch) {
  floats_.add(
      scratch.change.data(), rows.count() * stride_, residual(rows.begin));
}

} // namespace nanobrain
