#include "nanobrain/runtime/transformer_body.h"

#include <algorithm>

namespace nanobrain {

TransformerBody::Activations::Activations(int64_t rows, int64_t columns)
    // Rows as int8 products take them: a multiple of 64.
    : data(static_cast<size_t>(rows * ((columns + 63) / 64 * 64))),
      scale(static_cast<size_t>(rows)) {}

TransformerBody::Scratch::Scratch(const ModelConfig& c)
    : hidden(kRows, c.model_dim, 16),
      wide(kRows, c.ffn_dim),
      change(kRows, c.model_dim),
      quantized(kRows, std::max(c.model_dim, c.ffn_dim)),
      scores(static_cast<size_t>(
          FloatOps::kHeads * padded_to_lanes(c.max_seq_len))) {}

TransformerBody::TransformerBody(const RuntimeModel& model, ThreadPool& pool)
    : model_(model),
      pool_(pool),
      int8_(int8_kernels()),
      floats_(float_ops()),
      cache_(model.config()),
      residual_(model.config().max_seq_len, model.config().model_dim),
      qkv_(model.config().max_seq_len, 3 * model.config().model_dim),
      output_(model.config().max_seq_len, model.config().model_dim) {
  for (int64_t i = 0; i < pool.threads(); ++i) {
    scratch_.emplace_back(model.config());
  }
}

QuantizedRows TransformerBody::outputs() const {
  const int64_t padded = model_.head().padded_in();
  return {output_.data.data(), output_.scale.data(), outputs_, padded};
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
    float* x = residual_.row(row);
    const float* position = model_.positions() + (begin_ + row) * C;
    model_.embed(ids[static_cast<size_t>(row)], x);
    for (int64_t i = 0; i < C; ++i) x[i] += position[i];
  }
}

void TransformerBody::make_keys(Rows rows, int64_t index, Scratch& scratch) {
  const int64_t C = model_.config().model_dim;
  normalize(layer(index).ln_1, rows, scratch);
  apply(layer(index).c_attn, scratch.hidden, rows, scratch, qkv_, rows.begin);
  for (int64_t row = rows.begin; row < rows.end; ++row) {
    const float* qkv = qkv_.row(row);
    cache_.put(index, begin_ + row, qkv + C, qkv + 2 * C);
  }
}

void TransformerBody::attend(Rows rows, int64_t index, Scratch& scratch) {
  const AttentionHeads heads = cache_.layer(index);
  for (int64_t row = rows.begin; row < rows.end; ++row) {
    floats_.attend(
        qkv_.row(row),
        heads,
        begin_ + row + 1,
        scratch.scores.data(),
        scratch.hidden.row(row - rows.begin));
  }
  add_product(layer(index).attn_proj, scratch.hidden, rows, scratch);
}

void TransformerBody::feed_forward(Rows rows, int64_t index, Scratch& scratch) {
  normalize(layer(index).ln_2, rows, scratch);
  apply(layer(index).c_fc, scratch.hidden, rows, scratch, scratch.wide);
  const auto gelu =
      model_.config().gelu_tanh() ? floats_.gelu_tanh : floats_.gelu_erf;
  gelu(scratch.wide.row(0), rows.count() * scratch.wide.stride);
  add_product(layer(index).mlp_proj, scratch.wide, rows, scratch);
}

void TransformerBody::finish(Rows rows, int64_t first, Scratch& scratch) {
  normalize(model_.final_norm(), rows, scratch);
  const PackedMatrix& head = model_.head();
  for (int64_t i = 0; i < rows.count(); ++i) {
    const int64_t out = rows.begin - first + i;
    const float* x = scratch.hidden.row(i);
    quantize(x, head.in(), head.padded_in(), out, output_);
  }
}

void TransformerBody::normalize(
    const RuntimeModel::Norm& norm, Rows rows, Scratch& scratch) {
  const ModelConfig& config = model_.config();
  for (int64_t i = 0; i < rows.count(); ++i) {
    floats_.layer_norm(
        residual_.row(rows.begin + i),
        norm.weight.data(),
        norm.bias.data(),
        config.model_dim,
        static_cast<float>(config.layer_norm_epsilon),
        scratch.hidden.row(i));
  }
}

void TransformerBody::quantize(
    const float* x, int64_t n, int64_t padded, int64_t row, Activations& to) {
  to.scale[static_cast<size_t>(row)] =
      int8_.quantize(x, n, padded, to.data.data() + row * padded);
}

void TransformerBody::apply(
    const RuntimeModel::Linear& linear,
    PaddedRows& x,
    Rows rows,
    Scratch& scratch,
    PaddedRows& y,
    int64_t first) {
  const PackedMatrix& weight = linear.weight;
  const int64_t padded = weight.padded_in();
  Activations& quantized = scratch.quantized;
  for (int64_t i = 0; i < rows.count(); ++i) {
    quantize(x.row(i), weight.in(), padded, i, quantized);
  }
  int8_.multiply(
      {quantized.data.data(), quantized.scale.data(), rows.count(), padded},
      weight,
      0,
      weight.blocks(),
      y.row(first),
      y.stride);
  const auto size = static_cast<int64_t>(linear.bias.size());
  for (int64_t i = 0; size > 0 && i < rows.count(); ++i) {
    floats_.add(linear.bias.data(), size, y.row(first + i));
  }
}

void TransformerBody::add_product(
    const RuntimeModel::Linear& linear,
    PaddedRows& x,
    Rows rows,
    Scratch& scratch) {
  apply(linear, x, rows, scratch, scratch.change);
  floats_.add(
      scratch.change.row(0),
      rows.count() * residual_.stride,
      residual_.row(rows.begin));
}

} // namespace nanobrain
