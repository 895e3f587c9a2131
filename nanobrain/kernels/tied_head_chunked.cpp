// The tied head in plain ATen operators, a chunk of tokens at a time.
#include <algorithm>

#include "nanobrain/kernels/bf16.h"
#include "nanobrain/kernels/tied_head.h"

namespace nanobrain {

namespace {

using torch::Tensor;

/// The logits of a chunk: large enough for the products to be efficient, small
/// enough to stay in the last-level cache between them.
constexpr int64_t kChunkBytes = 16 << 20;
constexpr int64_t kRowMultiple = 16;
/// -log p is taken as it is down to this p, and from the logits below it,
/// where p has lost bits (f32 and bf16 have the same exponents).
constexpr float kSmallestProbability = 1e-30F;

int64_t chunk_rows(int64_t tokens, int64_t vocab, int64_t element_bytes) {
  const int64_t rows = kChunkBytes / (vocab * element_bytes);
  const int64_t whole = rows / kRowMultiple * kRowMultiple;
  return std::min(tokens, std::max(whole, kRowMultiple));
}

/// Works through the tokens chunk by chunk in one reused buffer.
class ChunkedHead {
 public:
  /// No target may be the ignored one here.
  ChunkedHead(
      const Tensor& hidden,
      const Tensor& weight,
      const Tensor& targets,
      bool bf16)
      : hidden_(hidden.contiguous()),
        weight_(weight.contiguous()),
        targets_(targets),
        losses_(torch::empty(hidden.size(0), hidden.options())) {
    const auto type = bf16 && has_bf16_products(hidden.device())
                          ? torch::kBFloat16
                          : torch::kFloat32;
    hidden_in_ = hidden_.to(type);
    weight_in_ = weight_.to(type);
    rows_ = chunk_rows(hidden.size(0), weight.size(0), c10::elementSize(type));
    buffer_ =
        torch::empty({rows_, weight.size(0)}, hidden.options().dtype(type));
  }

  void run(bool with_gradients) {
    if (with_gradients) {
      hidden_gradient_ = torch::empty_like(hidden_);
      weight_gradient_ = torch::zeros_like(weight_);
    }
    for (int64_t begin = 0; begin < hidden_.size(0); begin += rows_) {
      const int64_t rows = std::min(rows_, hidden_.size(0) - begin);
      const Tensor p = probabilities(begin, rows);
      if (with_gradients) {
        add_gradients(p, begin, rows);
      }
    }
    if (with_gradients) {
      // d loss / d logits = P - onehot(target); the one-hot half of both.
      hidden_gradient_.sub_(weight_.index_select(0, targets_));
      weight_gradient_.index_add_(0, targets_, hidden_, -1);
    }
  }

  const Tensor& losses() const { return losses_; }                   // (N) f32
  const Tensor& hidden_gradient() const { return hidden_gradient_; } // (N, C)
  const Tensor& weight_gradient() const { return weight_gradient_; } // (V, C)

 private:
  /// Softmax of the logits of some tokens, in the buffer; fills losses_.
  Tensor probabilities(int64_t begin, int64_t rows) {
    Tensor chunk = buffer_.narrow(0, 0, rows); // (rows, V)
    const Tensor h = hidden_in_.narrow(0, begin, rows);
    const Tensor target = targets_.narrow(0, begin, rows).unsqueeze(1);
    at::mm_out(chunk, h, weight_in_.t());
    at::_softmax_out(chunk, chunk, 1, /*half_to_float=*/false);
    const Tensor p = chunk.gather(1, target).squeeze(1).to(torch::kFloat32);
    Tensor losses = losses_.narrow(0, begin, rows);
    at::log_out(losses, p).neg_();
    if (p.min().item<float>() < kSmallestProbability) {
      exact_losses(p, begin);
    }
    return chunk;
  }

  /// Losses of the tokens whose p is too small, from their f32 logits.
  void exact_losses(const Tensor& p, int64_t begin) {
    const Tensor rows = p.lt(kSmallestProbability).nonzero().flatten() + begin;
    const Tensor logits = at::mm(hidden_.index_select(0, rows), weight_.t());
    const Tensor target = targets_.index_select(0, rows).unsqueeze(1);
    const Tensor log_p = at::log_softmax(logits, 1).gather(1, target);
    losses_.index_copy_(0, rows, log_p.squeeze(1).neg_());
  }

  void add_gradients(const Tensor& p, int64_t begin, int64_t rows) {
    Tensor dh = hidden_gradient_.narrow(0, begin, rows);
    const Tensor h = hidden_in_.narrow(0, begin, rows);
    if (p.scalar_type() == torch::kFloat32) {
      at::mm_out(dh, p, weight_in_);     // (rows, V) x (V, C)
      weight_gradient_.addmm_(p.t(), h); // (V, rows) x (rows, C)
    } else {
      dh.copy_(at::mm(p, weight_in_));
      if (!product_.defined()) {
        product_ = torch::empty_like(weight_in_);
      }
      at::mm_out(product_, p.t(), h);
      weight_gradient_.add_(product_);
    }
  }

  Tensor hidden_;
  Tensor weight_;
  Tensor targets_;
  Tensor hidden_in_; // what the products take: f32 or bf16
  Tensor weight_in_;
  int64_t rows_;
  Tensor buffer_;  // (rows_, V): logits, then probabilities
  Tensor product_; // (V, C) bf16: a chunk's weight gradient
  Tensor losses_;
  Tensor hidden_gradient_;
  Tensor weight_gradient_;
};

} // namespace

TiedHeadResult tied_head_chunked(
    const Tensor& hidden,
    const Tensor& weight,
    const Tensor& targets,
    bool bf16,
    bool with_gradients) {
  const torch::NoGradGuard no_grad;
  ChunkedHead head(hidden, weight, targets, bf16);
  head.run(with_gradients);
  return {head.losses(), head.hidden_gradient(), head.weight_gradient()};
}

} // namespace nanobrain
