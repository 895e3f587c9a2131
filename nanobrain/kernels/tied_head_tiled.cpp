// The tied head in tiles that stay in the caches.
//
// Tokens are taken in chunks of Tc, the vocabulary in tiles of Vt rows of E.
//   pass 1, a tile at a time:  S = H E_tile^T          (Tc, C) x (C, Vt)
//                              the running maximum and sum of exp(S - m) of
//                              each token: online softmax (Milakov and
//                              Gimelshein 2018)
//   between:                   lse of each token, its weight w
//   pass 2, a tile at a time:  P = exp(S - lse)
//                              dH += P E_tile            (Tc, Vt) x (Vt, C)
//                              dE_tile^T += (w H)^T P    (C, Tc) x (Tc, Vt)
// In bf16, where products are cheap, pass 2 makes S again, so that S and P live
// in L2 alone (Cut Cross-Entropy, Wijmans et al. 2024). In f32 pass 1 leaves
// X = exp(S - m) in the place of S, and P = exp(m - lse) X is never made: the
// factor of a token, one in a tile, goes to the smaller sides of the products,
//   dH += exp(m - lse) (X E_tile),  dE_tile^T += (w exp(m - lse) H)^T X.
// Right-hand matrices are packed for their products: in f32 in panels
// (panels.h), in bf16 in VNNI order, pairs of rows interleaved: P leaves its
// registers in both orders.
//
// Tiles are dealt to a fixed number of groups, each summed in order and the
// groups in order: the bits do not depend on the number of threads.
#include <ATen/Parallel.h>
#include <ATen/native/CPUBlas.h>

#include <cmath>
#include <limits>
#include <type_traits>

#include "nanobrain/kernels/isa.h"
#include "nanobrain/kernels/products.h"
#include "nanobrain/kernels/tied_head.h"
#include "nanobrain/kernels/tiled_weight.h"
#include "nanobrain/kernels/transpose.h"
#include "nanobrain/kernels/vector_kernels.h"

namespace nanobrain {

namespace {

using torch::Tensor;

constexpr int64_t kRows = 64;   // tokens whose S is made at once
constexpr int64_t kBlock = 256; // tokens whose P is in L2 at once
constexpr int64_t kLanes = SoftmaxTile::kLanes;
constexpr int64_t kGroups = 16; // of tiles; bounds the threads that can work

int64_t round_up(int64_t value, int64_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

/// Tokens a chunk for N tokens: whole blocks, or less than one.
int64_t chunk_size(int64_t N, int64_t most) {
  return std::min(most, round_up(N, N < kBlock ? kRows : kBlock));
}

template <class Products>
class TiledHead {
  using T = typename Products::Value;
  static constexpr bool kBf16 = std::is_same_v<Products, Bf16Products>;
  static constexpr int64_t kTile = TiledWeight<Products>::kTile;
  /// From a row of S or X to the next. The lines of a panel of X lie in all
  /// sets of L1 where it is no power of two.
  static constexpr int64_t kStride = kTile + (kBf16 ? 0 : 16);
  /// Tc at most: the more, the less often E and dE are read and written.
  static constexpr int64_t kChunk = 8 * kBlock;

 public:
  TiledHead(
      const Tensor& hidden,
      const Tensor& weight,
      const TiedCrossEntropyOptions& options)
      : options_(options),
        N_(hidden.size(0)),
        V_(weight.size(0)),
        dim_(hidden.size(1)),
        C_(round_up(dim_, 32)),
        keeps_scores_(!kBf16 && options.with_gradients),
        // S that are kept take 33 MB of a vocabulary of 32,294.
        Tc_(chunk_size(N_, keeps_scores_ ? kBlock : kChunk)),
        block_(std::min(kBlock, Tc_)),
        kernels_(vector_kernels(kernel_isa()).softmax),
        hidden_(padded(hidden, round_up(N_, Tc_))),
        weight_(weight, C_, options.with_gradients) {}

  TiedCrossEntropy run() {
    allocate();
    each_group([&](int64_t group) {
      each_tile(group, [&](int64_t i) { weight_.pack(i); });
    });
    for (int64_t begin = 0; begin < N_; begin += Tc_) {
      chunk_.copy_(hidden_.narrow(0, begin, Tc_)); // (Tc, C)
      each_group([&](int64_t group) { add_exp(group); });
      finish_lse(begin);
      if (!options_.with_gradients) continue;
      load_scaled_chunk(begin);
      each_group([&](int64_t group) { add_gradients(group, begin == 0); });
      sum_hidden_gradient(begin);
    }
    if (!options_.with_gradients) return {lse_, Tensor(), Tensor()};
    return {lse_, hidden_gradient_, weight_gradient()};
  }

 private:
  Tensor padded(const Tensor& x, int64_t rows) const {
    if (x.size(0) == rows && x.size(1) == C_) return x.contiguous();
    return at::constant_pad_nd(x, {0, C_ - x.size(1), 0, rows - x.size(0)});
  }

  void allocate() {
    const auto f32 = at::TensorOptions().dtype(at::kFloat);
    const auto type = f32.dtype(c10::CppTypeToScalarType<T>::value);
    lse_ = at::empty({N_}, f32.dtype(at::kDouble));
    chunk_ = at::empty({Tc_, C_}, type);
    max_ = at::empty({kGroups, Tc_, kLanes}, f32);
    sum_ = at::empty({kGroups, Tc_, kLanes}, f32);
    if (!options_.with_gradients) return;
    // Each by itself: what is as large as all is given back to the system, and
    // its pages are cleared again in the next step.
    for (int64_t i = 0; keeps_scores_ && i < weight_.tiles(); ++i) {
      kept_.push_back(at::empty({Tc_, kStride}, f32));
    }
    tile_max_ = at::empty({weight_.tiles(), Tc_}, f32);
    row_lse_ = at::empty({Tc_}, f32);
    row_weight_ = at::empty({Tc_}, f32);
    chunk_t_ = at::empty({Tc_ / block_, C_, block_}, type);
    hidden_gradient_ = at::empty({N_, dim_}, f32);
    hidden_parts_ = at::empty({kGroups, Tc_, C_}, f32);
    weight_gradient_t_ = at::empty({weight_.tiles(), C_, kTile}, f32);
  }

  template <class Body>
  void each_group(const Body& body) {
    at::parallel_for(0, kGroups, 1, [&](int64_t begin, int64_t end) {
      for (int64_t group = begin; group < end; ++group) body(group);
      if (kBf16) at::native::cpublas::brgemm_release();
    });
  }

  template <class Body>
  void each_tile(int64_t group, const Body& body) {
    const int64_t end = (group + 1) * weight_.tiles() / kGroups;
    for (int64_t i = group * weight_.tiles() / kGroups; i < end; ++i) body(i);
  }

  /// S of tokens [t, t + kRows) of the chunk, where it is kept or in `buffer`.
  float* make_scores(int64_t i, int64_t t, float* buffer) const {
    float* scores = keeps_scores_ ? kept(i, t) : buffer;
    weight_.score(i, chunk_.data_ptr<T>() + t * C_, kRows, scores, kStride);
    return scores;
  }

  /// What is kept of tile i from token t of the chunk on: S, then X.
  float* kept(int64_t i, int64_t t) const {
    return kept_[i].template data_ptr<float>() + t * kStride;
  }

  void add_exp(int64_t group) {
    float* max = max_.data_ptr<float>() + group * Tc_ * kLanes;
    float* sum = sum_.data_ptr<float>() + group * Tc_ * kLanes;
    std::fill_n(max, Tc_ * kLanes, std::numeric_limits<float>::lowest());
    std::fill_n(sum, Tc_ * kLanes, 0.0F);
    std::vector<float> buffer(kRows * kStride);
    each_tile(group, [&](int64_t i) {
      for (int64_t t = 0; t < Tc_; t += kRows) {
        float* scores = make_scores(i, t, buffer.data());
        float* row_max = max + t * kLanes;
        float* row_sum = sum + t * kLanes;
        if (!keeps_scores_) {
          kernels_.add_exp(scores, kRows, kTile, kStride, row_max, row_sum);
          continue;
        }
        kernels_.exponentials(scores, kRows, kTile, kStride, row_max, row_sum);
        float* tile_max = tile_max_.data_ptr<float>() + i * Tc_ + t;
        for (int64_t r = 0; r < kRows; ++r) tile_max[r] = row_max[r * kLanes];
      }
    });
  }

  /// Calls body with the places of a token's lanes in max_ and sum_.
  template <class Body>
  void each_lane(int64_t t, const Body& body) const {
    for (int64_t group = 0; group < kGroups; ++group) {
      const int64_t first = (group * Tc_ + t) * kLanes;
      for (int64_t i = first; i < first + kLanes; ++i) body(i);
    }
  }

  void finish_lse(int64_t begin) {
    const float* max = max_.const_data_ptr<float>();
    const float* sum = sum_.const_data_ptr<float>();
    at::parallel_for(0, Tc_, 64, [&](int64_t first, int64_t last) {
      for (int64_t t = first; t < last; ++t) {
        float largest = std::numeric_limits<float>::lowest();
        each_lane(t, [&](int64_t i) { largest = std::max(largest, max[i]); });
        double total = 0;
        each_lane(t, [&](int64_t i) {
          total += sum[i] * std::exp(max[i] - largest);
        });
        const double lse = largest + std::log(total);
        const bool counts = begin + t < N_; // not a padding token
        if (counts) lse_.data_ptr<double>()[begin + t] = lse;
        if (!options_.with_gradients) continue;
        row_lse_.data_ptr<float>()[t] = static_cast<float>(lse);
        row_weight_.data_ptr<float>()[t] =
            counts ? static_cast<float>(options_.gradient_scale) : 0.0F;
      }
    });
  }

  /// (w H)^T of each block of the chunk.
  void load_scaled_chunk(int64_t begin) {
    const Tensor scaled =
        hidden_.narrow(0, begin, Tc_) * row_weight_.unsqueeze(1); // (Tc, C)
    chunk_t_.copy_(scaled.view({Tc_ / block_, block_, C_}).transpose(1, 2));
  }

  void add_gradients(int64_t group, bool first_chunk) {
    float* part = hidden_parts_.data_ptr<float>() + group * Tc_ * C_;
    std::fill_n(part, Tc_ * C_, 0.0F);
    Buffers buffers(*this);
    each_tile(group, [&](int64_t i) {
      float* de = weight_gradient_t_.data_ptr<float>() + i * C_ * kTile;
      for (int64_t t = 0; t < Tc_; t += block_) {
        add_block(
            i, t, buffers, part + t * C_, de, /*add=*/!first_chunk || t > 0);
      }
    });
  }

  /// Of one thread.
  struct Buffers {
    explicit Buffers(const TiledHead& head)
        : scores(kBf16 ? kRows * kStride : 0),
          rows(kBf16 ? head.block_ * kStride : 0),
          pairs(rows.size()),
          factors(head.block_),
          products(kBf16 ? 0 : head.block_ * head.C_),
          scaled(products.size()) {}
    std::vector<float> scores;
    std::vector<T> rows, pairs;  // P (block, Vt)
    std::vector<float> factors;  // exp(m - lse) (block)
    std::vector<float> products; // X E_tile (block, C)
    std::vector<T> scaled;       // (w exp(m - lse) H)^T (C, block)
  };

  /// Tile i and tokens [t, t + block): dH (block, C) +=, dE^T (C, Vt) = or +=.
  void add_block(
      int64_t i, int64_t t, Buffers& b, float* dh, float* de, bool add) {
    const T* chunk_t = chunk_t_.data_ptr<T>() + t * C_;
    const Panels<const T> weight = weight_.rows(i);
    if constexpr (kBf16) {
      for (int64_t r = 0; r < block_; r += kRows) {
        kernels_.probabilities_bf16(
            make_scores(i, t + r, b.scores.data()),
            kRows,
            kTile,
            row_lse_.const_data_ptr<float>() + t + r,
            bits(b.rows.data() + r * kTile),
            bits(b.pairs.data() + r * kTile));
      }
      products_.multiply( // (block, Vt) x (Vt, C)
          block_,
          C_,
          kTile,
          true,
          {b.rows.data(), kStride},
          weight,
          {dh, C_});
      products_.multiply( // (C, block) x (block, Vt)
          C_,
          kTile,
          block_,
          add,
          {chunk_t, block_},
          {b.pairs.data(), kStride},
          {de, kTile});
    } else {
      for (int64_t r = 0; r < block_; ++r) {
        b.factors[r] = std::exp(
            tile_max_.const_data_ptr<float>()[i * Tc_ + t + r] -
            row_lse_.const_data_ptr<float>()[t + r]);
      }
      const Panels<const float> x{kept(i, t), kStride};
      products_.multiply( // (block, Vt) x (Vt, C)
          block_,
          C_,
          kTile,
          false,
          x,
          weight,
          {b.products.data(), C_});
      for (int64_t r = 0; r < block_; ++r) {
        for (int64_t c = r * C_; c < (r + 1) * C_; ++c) {
          dh[c] += b.factors[r] * b.products[c];
        }
      }
      for (int64_t c = 0; c < C_; ++c) {
        for (int64_t r = 0; r < block_; ++r) {
          b.scaled[c * block_ + r] = b.factors[r] * chunk_t[c * block_ + r];
        }
      }
      products_.multiply( // (C, block) x (block, Vt)
          C_,
          kTile,
          block_,
          add,
          {b.scaled.data(), block_},
          x,
          {de, kTile});
    }
  }

  void sum_hidden_gradient(int64_t begin) {
    const int64_t tokens = std::min(Tc_, N_ - begin);
    const float* parts = hidden_parts_.const_data_ptr<float>();
    float* out = hidden_gradient_.data_ptr<float>() + begin * dim_;
    at::parallel_for(0, tokens, 64, [&](int64_t first, int64_t last) {
      for (int64_t t = first; t < last; ++t) {
        const float weight = row_weight_.const_data_ptr<float>()[t];
        for (int64_t c = 0; c < dim_; ++c) {
          float sum = 0;
          for (int64_t g = 0; g < kGroups; ++g) {
            sum += parts[(g * Tc_ + t) * C_ + c];
          }
          out[t * dim_ + c] = weight * sum;
        }
      }
    });
  }

  /// (tiles, C, Vt) -> (V, C).
  Tensor weight_gradient() {
    Tensor result = at::empty({V_, dim_}, hidden_gradient_.options());
    float* out = result.data_ptr<float>();
    each_group([&](int64_t group) {
      each_tile(group, [&](int64_t i) {
        const float* tile =
            weight_gradient_t_.const_data_ptr<float>() + i * C_ * kTile;
        transpose(
            tile, kTile, dim_, weight_.width(i), out + i * kTile * dim_, dim_);
      });
    });
    return result;
  }

  static Bf16Bits* bits(T* x) { return reinterpret_cast<Bf16Bits*>(x); }

  TiedCrossEntropyOptions options_;
  int64_t N_, V_;
  int64_t dim_;
  int64_t C_; // dim_ padded to a multiple of 32, with zeros
  bool keeps_scores_;
  int64_t Tc_;    // tokens a chunk
  int64_t block_; // tokens a block: Tc_ is a multiple
  const SoftmaxTile& kernels_;
  const Products products_{};
  Tensor hidden_; // (N padded to whole chunks, C) f32
  TiledWeight<Products> weight_;
  Tensor lse_;               // (N) f64
  Tensor chunk_;             // (Tc, C)
  Tensor chunk_t_;           // (blocks, C, block): (w H)^T
  std::vector<Tensor> kept_; // tiles of S, then X: (Tc, Vt) f32
  Tensor tile_max_;          // (tiles, Tc) f32: m of X
  Tensor max_, sum_;         // (groups, Tc, lanes)
  Tensor row_lse_;           // (Tc) f32
  Tensor row_weight_;        // (Tc)
  Tensor hidden_gradient_;   // (N, dim)
  Tensor hidden_parts_;      // (groups, Tc, C)
  Tensor weight_gradient_t_; // (tiles, C, Vt)
};

} // namespace

TiedCrossEntropy tied_head_tiled(
    const Tensor& hidden,
    const Tensor& weight,
    const TiedCrossEntropyOptions& options) {
  const at::NoGradGuard no_grad;
  return options.bf16 ? TiledHead<Bf16Products>(hidden, weight, options).run()
                      : TiledHead<F32Products>(hidden, weight, options).run();
}

} // namespace nanobrain
