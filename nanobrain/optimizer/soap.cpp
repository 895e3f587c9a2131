// SOAP: AdamW in the eigenbasis of Shampoo's preconditioners.

#include <cmath>

#include "nanobrain/kernels/one_thread.h"
#include "nanobrain/optimizer/optimizer.h"

namespace nanobrain {

namespace {

using torch::Tensor;

/// Rows or columns of a matrix: mean of its Gram matrix and that one's
/// eigenvectors, the largest first. Undefined where the side is too long.
struct Side {
  Tensor gram;  // (d, d)
  Tensor basis; // (d, d)
};

struct Matrix {
  OptimizedParameter parameter;
  Tensor first;  // moment, in the parameter's own basis
  Tensor second; // in the eigenbasis
  Side left, right;
};

Side make_side(const Tensor& like, int64_t size) {
  constexpr int64_t kLongest = 2048;
  if (size > kLongest) return {};
  return {like.new_zeros({size, size}), like.new_zeros({size, size})};
}

Tensor eigenvectors(const Tensor& gram) {
  const auto [values, vectors] = at::linalg_eigh(gram.to(torch::kFloat64), "L");
  return vectors.flip(1).to(torch::kFloat32);
}

Tensor to_basis(const Matrix& m, const Tensor& x) {
  Tensor y = m.left.basis.defined() ? m.left.basis.t().mm(x) : x;
  return m.right.basis.defined() ? y.mm(m.right.basis) : y;
}

Tensor from_basis(const Matrix& m, const Tensor& x) {
  Tensor y = m.left.basis.defined() ? m.left.basis.mm(x) : x;
  return m.right.basis.defined() ? y.mm(m.right.basis.t()) : y;
}

/// A step of orthogonal iteration. Returns the order of the old directions, by
/// their eigenvalues, in which the new ones are.
Tensor renew(Side& side) {
  const Tensor image = side.gram.mm(side.basis);
  const Tensor values = (side.basis * image).sum(0);
  const Tensor order = values.argsort(/*dim=*/0, /*descending=*/true);
  side.basis.copy_(std::get<0>(at::linalg_qr(image.index_select(1, order))));
  return order;
}

class Soap : public Optimizer {
 public:
  Soap(const UpdateConfig& config, std::vector<OptimizedParameter> parameters)
      : config_(config) {
    for (auto& parameter : parameters) {
      const Tensor value = parameter.value.detach();
      matrices_.push_back(
          {std::move(parameter),
           torch::zeros_like(value),
           torch::zeros_like(value),
           make_side(value, value.size(0)),
           make_side(value, value.size(1))});
    }
  }

  void step(int64_t step, double lr, double gradient_scale) override {
    const torch::NoGradGuard no_grad;
    each_on_one_thread(std::ssize(matrices_), [&](int64_t i) {
      const torch::NoGradGuard no_grad_here; // a thread's own
      Matrix& matrix = matrices_[static_cast<size_t>(i)];
      const Tensor g = gradient_of(matrix.parameter) * gradient_scale;
      // In the basis of its own gradient alone an update would be the sign of
      // rounding errors, so the first gradient makes no more than the bases.
      if (step > 0) update(matrix, g, step, lr);
      precondition(matrix, g, step);
    });
  }

  NamedTensors state() const override {
    NamedTensors tensors;
    for (const Matrix& m : matrices_) {
      const auto add = [&](const char* key, const Tensor& tensor) {
        if (tensor.defined()) {
          tensors.emplace_back(key + ("." + m.parameter.name), tensor);
        }
      };
      add("exp_avg", m.first);
      add("exp_avg_sq", m.second);
      add("left", m.left.gram);
      add("left_basis", m.left.basis);
      add("right", m.right.gram);
      add("right_basis", m.right.basis);
    }
    return tensors;
  }

 private:
  void precondition(Matrix& matrix, const Tensor& g, int64_t step) const {
    const bool due = step % config_.precondition_every == 0;
    for (int dim = 0; dim < 2; ++dim) {
      Side& side = dim == 0 ? matrix.left : matrix.right;
      if (!side.gram.defined()) continue;
      side.gram.lerp_(
          dim == 0 ? g.mm(g.t()) : g.t().mm(g), 1 - config_.betas[1]);
      if (step == 0) {
        side.basis.copy_(eigenvectors(side.gram));
      } else if (due) {
        matrix.second.copy_(matrix.second.index_select(dim, renew(side)));
      }
    }
  }

  void update(Matrix& matrix, const Tensor& g, int64_t step, double lr) const {
    const auto [beta1, beta2] = config_.betas;
    const auto t = static_cast<double>(step); // the first made no update
    const Tensor rotated = to_basis(matrix, g);
    matrix.first.lerp_(g, 1 - beta1);
    matrix.second.mul_(beta2).addcmul_(rotated, rotated, 1 - beta2);
    const Tensor root = matrix.second.sqrt()
                            .div_(std::sqrt(1 - std::pow(beta2, t)))
                            .add_(config_.epsilon);
    const Tensor direction =
        from_basis(matrix, to_basis(matrix, matrix.first) / root);
    Tensor& weight = matrix.parameter.value;
    if (matrix.parameter.decays) {
      decay_weight(
          weight,
          direction,
          1 - lr * config_.weight_decay,
          config_.cautious_decay);
    }
    weight.sub_(direction, lr / (1 - std::pow(beta1, t)));
  }

  UpdateConfig config_;
  std::vector<Matrix> matrices_;
};

} // namespace

std::unique_ptr<Optimizer> make_soap(
    const UpdateConfig& config, std::vector<OptimizedParameter> parameters) {
  return std::make_unique<Soap>(config, std::move(parameters));
}

} // namespace nanobrain
