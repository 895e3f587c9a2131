#include "nanobrain/kernels/tied_cross_entropy.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "nanobrain/base/error.h"

namespace nanobrain {

namespace {

using torch::Tensor;

constexpr const char* kWhere = "tied_cross_entropy";

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

void check_arguments(
    const Tensor& hidden,
    const Tensor& weight,
    const Tensor& targets,
    int64_t ignore_index) {
  require(
      hidden.dim() == 2 && weight.dim() == 2 && targets.dim() == 1 &&
          hidden.size(1) == weight.size(1) && hidden.size(0) == targets.size(0),
      kWhere,
      "needs hidden (N, C), weight (V, C) and targets (N), but has {}, {}, {}",
      fmt::join(hidden.sizes(), " x "),
      fmt::join(weight.sizes(), " x "),
      fmt::join(targets.sizes(), " x "));
  require(
      hidden.scalar_type() == torch::kFloat32 &&
          weight.scalar_type() == torch::kFloat32 &&
          targets.scalar_type() == torch::kInt64,
      kWhere,
      "needs f32 hidden and weight and int64 targets, but has {}, {}, {}",
      c10::toString(hidden.scalar_type()),
      c10::toString(weight.scalar_type()),
      c10::toString(targets.scalar_type()));
  const Tensor wrong =
      targets.ne(ignore_index)
          .logical_and(targets.lt(0).logical_or(targets.ge(weight.size(0))))
          .nonzero();
  if (wrong.size(0) > 0) {
    const int64_t i = wrong[0].item<int64_t>();
    fail(
        kWhere,
        "target {} of token {} is out of range; the vocabulary has {} tokens",
        targets[i].item<int64_t>(),
        i,
        weight.size(0));
  }
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
    const auto type = bf16 ? torch::kBFloat16 : torch::kFloat32;
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

  const Tensor& losses() const { return losses_; }                    // (N) f32
  const Tensor& hidden_gradient() const { return hidden_gradient_; }  // (N, C)
  const Tensor& weight_gradient() const { return weight_gradient_; }  // (V, C)

 private:
  /// Softmax of the logits of some tokens, in the buffer; fills losses_.
  Tensor probabilities(int64_t begin, int64_t rows) {
    Tensor chunk = buffer_.narrow(0, 0, rows);  // (rows, V)
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
      at::mm_out(dh, p, weight_in_);      // (rows, V) x (V, C)
      weight_gradient_.addmm_(p.t(), h);  // (V, rows) x (rows, C)
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
  Tensor hidden_in_;  // what the products take: f32 or bf16
  Tensor weight_in_;
  int64_t rows_;
  Tensor buffer_;   // (rows_, V): logits, then probabilities
  Tensor product_;  // (V, C) bf16: a chunk's weight gradient
  Tensor losses_;
  Tensor hidden_gradient_;
  Tensor weight_gradient_;
};

/// Positions of the targets that count; undefined where all do.
Tensor counted_tokens(const Tensor& targets, int64_t ignore_index) {
  const Tensor counted = targets.ne(ignore_index);
  return counted.all().item<bool>() ? Tensor() : counted.nonzero().flatten();
}

struct TiedCrossEntropy : torch::autograd::Function<TiedCrossEntropy> {
  static Tensor forward(
      torch::autograd::AutogradContext* context,
      const Tensor& hidden,
      const Tensor& weight,
      const Tensor& targets,
      const TiedCrossEntropyOptions& options,
      bool with_gradients) {
    const Tensor counted = counted_tokens(targets, options.ignore_index);
    const auto pick = [&](const Tensor& x) {
      return counted.defined() ? x.index_select(0, counted) : x;
    };
    ChunkedHead head(pick(hidden), weight, pick(targets), options.bf16);
    head.run(with_gradients);
    if (with_gradients) {
      Tensor dh = head.hidden_gradient();
      if (counted.defined()) {
        dh = torch::zeros_like(hidden).index_copy_(0, counted, dh);
      }
      context->save_for_backward({dh, head.weight_gradient()});
    }
    return head.losses().sum(torch::kFloat64);
  }

  static torch::autograd::variable_list backward(
      torch::autograd::AutogradContext* context,
      const torch::autograd::variable_list& grad_outputs) {
    const auto saved = context->get_saved_variables();
    const Tensor scale = grad_outputs[0].to(torch::kFloat32);
    return {saved[0] * scale, saved[1] * scale, Tensor(), Tensor(), Tensor()};
  }
};

}  // namespace

Tensor tied_cross_entropy(
    const Tensor& hidden,
    const Tensor& weight,
    const Tensor& targets,
    const TiedCrossEntropyOptions& options) {
  check_arguments(hidden, weight, targets, options.ignore_index);
  const bool with_gradients =
      torch::GradMode::is_enabled() &&
      (hidden.requires_grad() || weight.requires_grad());
  return TiedCrossEntropy::apply(
      hidden, weight, targets, options, with_gradients);
}

Tensor tied_token_losses(
    const Tensor& hidden,
    const Tensor& weight,
    const Tensor& targets,
    const TiedCrossEntropyOptions& options) {
  check_arguments(hidden, weight, targets, options.ignore_index);
  const torch::NoGradGuard no_grad;
  const Tensor counted = counted_tokens(targets, options.ignore_index);
  if (!counted.defined()) {
    ChunkedHead head(hidden, weight, targets, options.bf16);
    head.run(/*with_gradients=*/false);
    return head.losses();
  }
  ChunkedHead head(
      hidden.index_select(0, counted),
      weight,
      targets.index_select(0, counted),
      options.bf16);
  head.run(/*with_gradients=*/false);
  return torch::zeros(hidden.size(0), hidden.options())
      .index_copy_(0, counted, head.losses());
}

}  // namespace nanobrain
