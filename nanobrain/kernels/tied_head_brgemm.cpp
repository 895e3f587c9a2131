// The tied head in tiles that stay in the caches.
//
// Tokens are taken in chunks of Tc, the vocabulary in tiles of Vt rows of E.
//   pass 1, a tile at a time:  S = H E_tile^T          (Tc, C) x (C, Vt)
//                              P = exp(S - m), with the maximum m and the sum
//                              of each (token, tile): online softmax
//                              (Milakov and Gimelshein 2018)
//   between:                   lse of each token over all tiles;
//                              scale = exp(m - lse) makes P probabilities
//   pass 2, a tile at a time:  dH += scale P E_tile    (Tc, Vt) x (Vt, C)
//                              dE_tile^T += (scale H)^T P   (C, Tc) x (Tc, Vt)
//   at the end:                the one-hot half: dH -= E[y], dE[y] -= H
// S lives in L2, P in L3, and the (N, V) logits nowhere (Cut Cross-Entropy,
// Wijmans et al. 2024). Right-hand matrices are packed in VNNI order, pairs of
// rows interleaved, which for P is one pass over rows instead of a transpose.
//
// Tiles are dealt to a fixed number of groups, each summed in order and the
// groups in order: the bits do not depend on the number of threads.
#include <ATen/Parallel.h>
#include <ATen/native/CPUBlas.h>

#include <cmath>
#include <type_traits>

#include "nanobrain/kernels/softmax_tile_avx512.h"
#include "nanobrain/kernels/tied_head.h"

namespace nanobrain {

namespace {

using at::native::cpublas::brgemm;
using torch::Tensor;

constexpr int64_t kChunk = 256; // tokens whose P lies in L3 at once, at most
constexpr int64_t kTile = 512;  // Vt: vocabulary rows
constexpr int64_t kRows = 64;   // tokens whose scores lie in L2 at once
constexpr int64_t kGroups = 16; // of tiles; bounds the threads that can work

int64_t round_up(int64_t value, int64_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

template <class T> // float or at::BFloat16: what the products take
class BrgemmHead {
  static constexpr bool kBf16 = std::is_same_v<T, at::BFloat16>;
  // What the elementwise kernels call the same type.
  using Raw = std::conditional_t<kBf16, avx512::Bf16, float>;

 public:
  BrgemmHead(const Tensor& hidden, const Tensor& weight, const Tensor& targets)
      : N_(hidden.size(0)),
        V_(weight.size(0)),
        C_(round_up(hidden.size(1), 32)),
        Tc_(std::min(kChunk, round_up(N_, kRows))),
        tiles_(round_up(V_, kTile) / kTile),
        hidden_(padded(hidden, round_up(N_, Tc_))),
        weight_(padded(weight, tiles_ * kTile)),
        targets_(targets.contiguous()) {}

  TiedHeadResult run(bool with_gradients, int64_t dim) {
    allocate(with_gradients);
    pack_weight(with_gradients);
    for (int64_t begin = 0; begin < N_; begin += Tc_) {
      load_chunk(begin);
      each_group([&](int64_t group) { score_tiles(group, with_gradients); });
      finish_losses(begin);
      if (with_gradients) {
        each_group([&](int64_t group) { add_gradients(group); });
        sum_hidden_gradient(begin);
      }
    }
    if (!with_gradients) return {losses_, Tensor(), Tensor()};
    return {
        losses_,
        hidden_gradient_.narrow(0, 0, N_).narrow(1, 0, dim).contiguous(),
        weight_gradient(dim)};
  }

 private:
  Tensor padded(const Tensor& x, int64_t rows) const {
    return at::constant_pad_nd(x, {0, C_ - x.size(1), 0, rows - x.size(0)});
  }

  void allocate(bool with_gradients) {
    const auto f32 = at::TensorOptions().dtype(at::kFloat);
    const auto type = f32.dtype(c10::CppTypeToScalarType<T>::value);
    losses_ = at::empty({N_}, f32);
    weight_t_ = at::empty({tiles_, C_, kTile}, type);
    chunk_ = at::empty({Tc_, C_}, type);
    max_ = at::empty({tiles_, Tc_}, f32);
    sum_ = at::empty({tiles_, Tc_}, f32);
    if (!with_gradients) return;
    weight_packed_ = at::empty({tiles_, kTile, C_}, type);
    chunk_t_ = at::empty({C_, Tc_}, f32);
    p_ = at::empty({tiles_, Tc_, kTile}, type);
    hidden_gradient_ = at::empty({hidden_.size(0), C_}, f32);
    hidden_parts_ = at::empty({kGroups, Tc_, C_}, f32);
    weight_gradient_t_ = at::zeros({tiles_, C_, kTile}, f32);
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
    const int64_t end = (group + 1) * tiles_ / kGroups;
    for (int64_t i = group * tiles_ / kGroups; i < end; ++i) body(i);
  }

  /// A (K, N) matrix as brgemm takes it on the right.
  static void pack(const float* in, int64_t K, int64_t N, T* out) {
    if constexpr (kBf16) {
      std::vector<avx512::Bf16> rounded(K * N);
      avx512::to_bf16(in, K * N, rounded.data());
      avx512::interleave_rows(rounded.data(), K, N, raw(out));
    } else {
      std::copy_n(in, K * N, out);
    }
  }

  void pack_weight(bool with_gradients) {
    each_group([&](int64_t group) {
      std::vector<float> transposed(C_ * kTile);
      each_tile(group, [&](int64_t i) {
        const float* tile = weight_.data_ptr<float>() + i * kTile * C_;
        for (int64_t v = 0; v < kTile; ++v) {
          for (int64_t c = 0; c < C_; ++c) {
            transposed[c * kTile + v] = tile[v * C_ + c];
          }
        }
        const int64_t offset = i * kTile * C_;
        pack(transposed.data(), C_, kTile, weight_t_.data_ptr<T>() + offset);
        if (with_gradients) {
          pack(tile, kTile, C_, weight_packed_.data_ptr<T>() + offset);
        }
      });
    });
  }

  void load_chunk(int64_t begin) {
    const Tensor rows = hidden_.narrow(0, begin, Tc_);
    chunk_.copy_(rows);                               // (Tc, C)
    if (chunk_t_.defined()) chunk_t_.copy_(rows.t()); // (C, Tc)
  }

  void score_tiles(int64_t group, bool keep) {
    std::vector<float> scores(kRows * kTile);
    each_tile(group, [&](int64_t i) {
      const T* tile = weight_t_.data_ptr<T>() + i * C_ * kTile;
      T* p = keep ? p_.data_ptr<T>() + i * Tc_ * kTile : nullptr;
      for (int64_t t = 0; t < Tc_; t += kRows) {
        brgemm( // (rows, C) x (C, Vt)
            kRows,
            kTile,
            C_,
            C_,
            kTile,
            kTile,
            /*add_C=*/false,
            chunk_.data_ptr<T>() + t * C_,
            tile,
            scores.data(),
            kBf16);
        avx512::exp_rows(
            scores.data(),
            kRows,
            std::min(kTile, V_ - i * kTile),
            kTile,
            keep ? raw(p + t * kTile) : nullptr,
            max_.data_ptr<float>() + i * Tc_ + t,
            sum_.data_ptr<float>() + i * Tc_ + t);
      }
    });
  }

  /// Losses of a chunk; max_ becomes the scale exp(m - lse) of each tile.
  void finish_losses(int64_t begin) {
    const int64_t tokens = std::min(Tc_, N_ - begin);
    float* max = max_.data_ptr<float>();
    const float* sum = sum_.data_ptr<float>();
    at::parallel_for(0, Tc_, 32, [&](int64_t first, int64_t last) {
      for (int64_t t = first; t < last; ++t) {
        float largest = max[t];
        for (int64_t i = 1; i < tiles_; ++i) {
          largest = std::max(largest, max[i * Tc_ + t]);
        }
        double total = 0;
        for (int64_t i = 0; i < tiles_; ++i) {
          total += static_cast<double>(sum[i * Tc_ + t]) *
                   std::exp(max[i * Tc_ + t] - largest);
        }
        const double lse = largest + std::log(total);
        for (int64_t i = 0; i < tiles_; ++i) {
          float& m = max[i * Tc_ + t];
          // A padding token takes part in nothing.
          m = t < tokens ? static_cast<float>(std::exp(m - lse)) : 0.0F;
        }
        if (t < tokens) {
          losses_.data_ptr<float>()[begin + t] =
              static_cast<float>(lse - target_score(begin + t, t));
        }
      }
    });
  }

  /// The score of a token's target, of the operands as the products round them.
  double target_score(int64_t token, int64_t t) const {
    const T* h = chunk_.data_ptr<T>() + t * C_;
    const float* e =
        weight_.data_ptr<float>() + targets_.data_ptr<int64_t>()[token] * C_;
    double score = 0;
    for (int64_t c = 0; c < C_; ++c) {
      score += static_cast<double>(h[c]) * static_cast<double>(T(e[c]));
    }
    return score;
  }

  void add_gradients(int64_t group) {
    float* part = hidden_parts_.data_ptr<float>() + group * Tc_ * C_;
    std::fill_n(part, Tc_ * C_, 0.0F);
    std::vector<float> product(Tc_ * C_);
    std::vector<T> scaled(C_ * Tc_);
    std::vector<T> interleaved(kBf16 ? Tc_ * kTile : 0);
    each_tile(group, [&](int64_t i) {
      const float* scale = max_.data_ptr<float>() + i * Tc_;
      const T* p = p_.data_ptr<T>() + i * Tc_ * kTile;
      brgemm( // (Tc, Vt) x (Vt, C)
          Tc_,
          C_,
          kTile,
          kTile,
          C_,
          C_,
          /*add_C=*/false,
          p,
          weight_packed_.data_ptr<T>() + i * kTile * C_,
          product.data(),
          kBf16);
      avx512::add_scaled_rows(product.data(), scale, Tc_, C_, part);
      avx512::scale_columns(
          chunk_t_.data_ptr<float>(), scale, C_, Tc_, raw(scaled.data()));
      if constexpr (kBf16) {
        avx512::interleave_rows(raw(p), Tc_, kTile, raw(interleaved.data()));
        p = interleaved.data();
      }
      brgemm( // (C, Tc) x (Tc, Vt)
          C_,
          kTile,
          Tc_,
          Tc_,
          kTile,
          kTile,
          /*add_C=*/true,
          scaled.data(),
          p,
          weight_gradient_t_.data_ptr<float>() + i * C_ * kTile,
          kBf16);
    });
  }

  void sum_hidden_gradient(int64_t begin) {
    const Tensor sum = hidden_gradient_.narrow(0, begin, Tc_);
    at::sum_out(const_cast<Tensor&>(sum), hidden_parts_, {0});
    const int64_t tokens = std::min(Tc_, N_ - begin);
    sum.narrow(0, 0, tokens)
        .sub_(weight_.index_select(0, targets_.narrow(0, begin, tokens)));
  }

  /// (tiles, C, Vt) -> (V, C), and the one-hot half. A group adds the tokens
  /// whose targets lie in its own rows, in order.
  Tensor weight_gradient(int64_t dim) {
    Tensor result = at::empty({V_, dim}, losses_.options());
    float* out = result.data_ptr<float>();
    const int64_t* targets = targets_.data_ptr<int64_t>();
    each_group([&](int64_t group) {
      const int64_t first = group * tiles_ / kGroups * kTile;
      const int64_t last = std::min(V_, (group + 1) * tiles_ / kGroups * kTile);
      each_tile(group, [&](int64_t i) {
        const float* tile =
            weight_gradient_t_.data_ptr<float>() + i * C_ * kTile;
        for (int64_t v = 0; v < std::min(kTile, V_ - i * kTile); ++v) {
          for (int64_t c = 0; c < dim; ++c) {
            out[(i * kTile + v) * dim + c] = tile[c * kTile + v];
          }
        }
      });
      for (int64_t t = 0; t < N_; ++t) {
        if (targets[t] < first || targets[t] >= last) continue;
        const float* h = hidden_.data_ptr<float>() + t * C_;
        for (int64_t c = 0; c < dim; ++c) out[targets[t] * dim + c] -= h[c];
      }
    });
    return result;
  }

  static Raw* raw(T* x) { return reinterpret_cast<Raw*>(x); }
  static const Raw* raw(const T* x) { return reinterpret_cast<const Raw*>(x); }

  int64_t N_, V_;
  int64_t C_;  // padded to a multiple of 32, with zeros
  int64_t Tc_; // tokens a chunk
  int64_t tiles_;
  Tensor hidden_; // (N padded to whole chunks, C) f32
  Tensor weight_; // (V padded to whole tiles, C) f32
  Tensor targets_;
  Tensor losses_;
  Tensor weight_t_;      // (tiles, C, Vt), packed: the right side of H E^T
  Tensor weight_packed_; // (tiles, Vt, C), packed: the right side of P E
  Tensor chunk_;         // (Tc, C)
  Tensor chunk_t_;       // (C, Tc) f32
  Tensor p_;             // (tiles, Tc, Vt)
  Tensor max_;           // (tiles, Tc)
  Tensor sum_;           // (tiles, Tc)
  Tensor hidden_gradient_;
  Tensor hidden_parts_;      // (groups, Tc, C)
  Tensor weight_gradient_t_; // (tiles, C, Vt)
};

} // namespace

bool has_brgemm() {
  static const bool avx512 =
      __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
  // The elementwise kernels round with AVX512-BF16 instructions.
  static const bool has_bf16 = __builtin_cpu_supports("avx512bf16");
  return avx512 && has_bf16;
}

TiedHeadResult tied_head_brgemm(
    const Tensor& hidden,
    const Tensor& weight,
    const Tensor& targets,
    bool bf16,
    bool with_gradients) {
  const at::NoGradGuard no_grad;
  const int64_t dim = hidden.size(1);
  if (bf16) {
    return BrgemmHead<at::BFloat16>(hidden, weight, targets)
        .run(with_gradients, dim);
  }
  return BrgemmHead<float>(hidden, weight, targets).run(with_gradients, dim);
}

} // namespace nanobrain
