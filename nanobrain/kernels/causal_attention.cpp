// Causal attention; in f32 on a CPU by tiles that stay in a core's cache.
//
// For each sequence and head, for each tile of kQueries queries (columns) and
// all keys that they see (rows; "^T" stands for transposed):
//   S^T = K Q^T, P^T = exp(S^T - max), y^T = V^T P^T / sum;
//   dP^T = V dy^T, dS^T = scale P^T (dP^T - delta), delta = dy . y,
//   dV += P^T dy, dK += dS^T Q, dQ^T = K^T dS^T.
// Keys and values are read in place: rows of the packed (B, T, 3C). A last tile
// of fewer queries has zeros in the others.
#include "nanobrain/kernels/causal_attention.h"

#include <ATen/Parallel.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "nanobrain/kernels/isa.h"
#include "nanobrain/kernels/products.h"
#include "nanobrain/kernels/transpose.h"
#include "nanobrain/kernels/vector_kernels.h"

namespace nanobrain {

namespace {

using torch::Tensor;

constexpr int64_t kQueries = AttentionTile::kQueries;
using PerQuery = std::array<float, kQueries>;

/// One head of one sequence.
struct Head {
  int64_t T, D; // positions, features
  int64_t ld;   // from one row of qkv to the next
  int64_t ld_y; // of y and dy
  const float *q, *k, *v;

  float scale() const { return 1 / std::sqrt(static_cast<float>(D)); }
};

/// factor * in (queries, D) -> out (D, kQueries), zero past the queries.
void transpose_tile(
    const float* in,
    int64_t ld_in,
    int64_t queries,
    int64_t D,
    float* out,
    float factor = 1) {
  if (queries < kQueries) std::fill_n(out, D * kQueries, 0.0F);
  transpose(in, ld_in, queries, D, out, kQueries, factor);
}

/// in (rows, columns), its rows ld_in apart -> out, its rows ld_out apart.
void copy_rows(
    const float* in,
    int64_t ld_in,
    int64_t rows,
    int64_t columns,
    float* out,
    int64_t ld_out) {
  for (int64_t r = 0; r < rows; ++r) {
    std::copy_n(in + r * ld_in, columns, out + r * ld_out);
  }
}

/// Buffers of one thread.
class HeadAttention {
 public:
  HeadAttention(int64_t T, int64_t D)
      : padded_((D + kPanel - 1) / kPanel * kPanel),
        features_t_(D * T),
        q_t_(D * kQueries),
        dy_t_(D * kQueries),
        out_t_(D * kQueries),
        q_rows_(padded_ * kQueries),
        dy_rows_(padded_ * kQueries),
        dk_(padded_ * T),
        dv_(padded_ * T),
        scores_(T * kQueries),
        dp_(T * kQueries) {}

  /// y (T, D) with rows ld_y apart, lse (T).
  void forward(const Head& head, float* y, float* lse) {
    const auto [T, D, ld, ld_y, q, k, v] = head;
    transpose(v, ld, T, D, features_t_.data(), T);
    for (int64_t first = 0; first < T; first += kQueries) {
      const int64_t queries = std::min(kQueries, T - first);
      const int64_t keys = first + queries;
      score(head, first, queries);
      PerQuery max, sum;
      kernels_.softmax(scores_.data(), keys, first, max.data(), sum.data());
      multiply(D, keys, features_t_.data(), T, scores_, out_t_);
      for (int64_t i = 0; i < queries; ++i) {
        float* row = y + (first + i) * ld_y;
        for (int64_t d = 0; d < D; ++d) {
          row[d] = out_t_[d * kQueries + i] / sum[i];
        }
        lse[first + i] = max[i] + std::log(sum[i]);
      }
    }
  }

  /// dq, dk and dv (T, D) with rows head.ld apart.
  void backward(
      const Head& head,
      const float* y,
      const float* dy,
      const float* lse,
      float* dq,
      float* dk,
      float* dv) {
    const auto [T, D, ld, ld_y, q, k, v] = head;
    transpose(k, ld, T, D, features_t_.data(), T);
    // The last tile sees every key: it writes what the others add to.
    const int64_t last = (T - 1) / kQueries * kQueries;
    for (int64_t first = last; first >= 0; first -= kQueries) {
      const int64_t queries = std::min(kQueries, T - first);
      const int64_t keys = first + queries;
      score(head, first, queries);
      const float* dy_tile = dy + first * ld_y;
      transpose_tile(dy_tile, ld_y, queries, D, dy_t_.data());
      multiply(keys, D, v, ld, dy_t_, dp_);
      PerQuery tile_lse{}, delta{};
      for (int64_t i = 0; i < queries; ++i) {
        tile_lse[i] = lse[first + i];
        for (int64_t d = 0; d < D; ++d) {
          delta[i] += dy_tile[i * ld_y + d] * y[(first + i) * ld_y + d];
        }
      }
      kernels_.backward(
          scores_.data(),
          dp_.data(),
          keys,
          first,
          tile_lse.data(),
          delta.data(),
          head.scale());
      copy_rows(dy_tile, ld_y, queries, D, dy_rows_.data(), padded_);
      copy_rows(q + first * ld, ld, queries, D, q_rows_.data(), padded_);
      // (keys, queries) x (queries, D)
      const auto add = [&](const auto& left, const auto& right, auto& out) {
        products_.multiply(
            keys,
            padded_,
            queries,
            /*add=*/first < last,
            {left.data(), kQueries},
            {right.data(), padded_},
            {out.data(), padded_});
      };
      add(scores_, dy_rows_, dv_);
      add(dp_, q_rows_, dk_);
      multiply(D, keys, features_t_.data(), T, dp_, out_t_);
      for (int64_t i = 0; i < queries; ++i) {
        float* row = dq + (first + i) * ld;
        for (int64_t d = 0; d < D; ++d) row[d] = out_t_[d * kQueries + i];
      }
    }
    copy_rows(dk_.data(), padded_, T, D, dk, ld);
    copy_rows(dv_.data(), padded_, T, D, dv, ld);
  }

 private:
  /// left (M, K), its rows ld apart, x right (K, kQueries) -> out (M, kQueries)
  void multiply(
      int64_t M,
      int64_t K,
      const float* left,
      int64_t ld,
      const std::vector<float>& right,
      std::vector<float>& out) const {
    products_.multiply(
        M,
        kQueries,
        K,
        /*add=*/false,
        {left, ld},
        {right.data(), kQueries},
        {out.data(), kQueries});
  }

  /// scores_ (keys, kQueries) = K (scale Q)^T.
  void score(const Head& head, int64_t first, int64_t queries) {
    const auto [T, D, ld, ld_y, q, k, v] = head;
    transpose_tile(q + first * ld, ld, queries, D, q_t_.data(), head.scale());
    multiply(first + queries, D, k, ld, q_t_, scores_);
  }

  const AttentionTile& kernels_ = vector_kernels(kernel_isa()).attention;
  const F32Products products_;
  int64_t padded_;                        // D, in whole panels
  std::vector<float> features_t_;         // (D, T): V^T or K^T
  std::vector<float> q_t_, dy_t_, out_t_; // (D, kQueries)
  std::vector<float> q_rows_, dy_rows_;   // (kQueries, padded), zero past D
  std::vector<float> dk_, dv_;            // (T, padded)
  std::vector<float> scores_, dp_;        // (T, kQueries)
};

/// Calls body(attention, head, b, h) for each head of each sequence.
template <class Body>
void each_head(const Tensor& qkv, int64_t num_heads, const Body& body) {
  const int64_t B = qkv.size(0), T = qkv.size(1), C = qkv.size(2) / 3;
  const int64_t D = C / num_heads;
  const float* data = qkv.const_data_ptr<float>();
  at::parallel_for(0, B * num_heads, 1, [&](int64_t i, int64_t end) {
    HeadAttention attention(T, D);
    for (; i < end; ++i) {
      const int64_t b = i / num_heads, h = i % num_heads;
      const float* q = data + b * T * 3 * C + h * D;
      body(attention, Head{T, D, 3 * C, C, q, q + C, q + 2 * C}, b, h);
    }
  });
}

struct TiledAttention : torch::autograd::Function<TiledAttention> {
  /// y (B, T, C); lse (B, num_heads, T) is the log sum exp of each query's
  /// scores, which backward makes again (Dao et al. 2022).
  static Tensor forward(
      torch::autograd::AutogradContext* context,
      const Tensor& qkv,
      int64_t num_heads) {
    const int64_t B = qkv.size(0), T = qkv.size(1), C = qkv.size(2) / 3;
    const Tensor y = at::empty({B, T, C}, qkv.options());
    const Tensor lse = at::empty({B, num_heads, T}, qkv.options());
    float* y_data = y.mutable_data_ptr<float>();
    float* lse_data = lse.mutable_data_ptr<float>();
    each_head(
        qkv,
        num_heads,
        [&](HeadAttention& attention, const Head& head, int64_t b, int64_t h) {
          attention.forward(
              head,
              y_data + b * T * C + h * head.D,
              lse_data + (b * num_heads + h) * T);
        });
    context->save_for_backward({qkv, y, lse});
    return y;
  }

  static torch::autograd::variable_list backward(
      torch::autograd::AutogradContext* context,
      const torch::autograd::variable_list& grad_outputs) {
    const auto saved = context->get_saved_variables();
    const Tensor &qkv = saved[0], &lse = saved[2];
    const int64_t T = qkv.size(1), C = qkv.size(2) / 3;
    const int64_t num_heads = lse.size(1);
    const Tensor dy = grad_outputs[0].contiguous();
    const Tensor dqkv = at::empty_like(qkv);
    const float* y_data = saved[1].const_data_ptr<float>();
    const float* dy_data = dy.const_data_ptr<float>();
    const float* lse_data = lse.const_data_ptr<float>();
    float* out = dqkv.mutable_data_ptr<float>();
    each_head(
        qkv,
        num_heads,
        [&](HeadAttention& attention, const Head& head, int64_t b, int64_t h) {
          const int64_t at = b * T * C + h * head.D;
          float* dq = out + b * T * 3 * C + h * head.D;
          attention.backward(
              head,
              y_data + at,
              dy_data + at,
              lse_data + (b * num_heads + h) * T,
              dq,
              dq + C,
              dq + 2 * C);
        });
    return {dqkv, Tensor()};
  }
};

Tensor plain_attention(const Tensor& qkv, int64_t num_heads) {
  const int64_t B = qkv.size(0), T = qkv.size(1), C = qkv.size(2) / 3;
  // split, not narrow: its backward is one concatenation.
  const auto parts = qkv.split(C, /*dim=*/2);
  const auto heads = [&](const Tensor& x) { // (B, T, C) -> (B, nh, T, hs)
    return x.view({B, T, num_heads, C / num_heads}).transpose(1, 2);
  };
  return at::scaled_dot_product_attention(
             heads(parts[0]),
             heads(parts[1]),
             heads(parts[2]),
             /*attn_mask=*/{},
             /*dropout_p=*/0.0,
             /*is_causal=*/true)
      .transpose(1, 2)
      .reshape({B, T, C});
}

} // namespace

Tensor causal_attention(const Tensor& qkv, int64_t num_heads) {
  const bool tiled = qkv.is_cpu() && qkv.scalar_type() == torch::kFloat32 &&
                     kernel_isa() != Isa::kPortable;
  if (!tiled) return plain_attention(qkv, num_heads);
  return TiledAttention::apply(qkv.contiguous(), num_heads);
}

} // namespace nanobrain
