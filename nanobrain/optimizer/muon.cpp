// Muon and NorMuon.
#include <algorithm>
#include <cmath>

#include "nanobrain/kernels/one_thread.h"
#include "nanobrain/optimizer/optimizer.h"
#include "nanobrain/optimizer/orthogonalize.h"

namespace nanobrain {

namespace {

using torch::Tensor;

class Muon : public Optimizer {
 public:
  Muon(const UpdateConfig& config, std::vector<OptimizedParameter> parameters)
      : config_(config), parameters_(std::move(parameters)) {
    for (size_t i = 0; i < parameters_.size(); ++i) {
      const Tensor value = parameters_[i].value.detach();
      momenta_.push_back(torch::zeros_like(value));
      squares_.push_back(value.new_zeros({value.size(0), 1}));
      const int64_t rows = value.size(0) / parameters_[i].stacked;
      for (int64_t first = 0; first < value.size(0); first += rows) {
        const auto part = [&](const Tensor& x) {
          return x.narrow(0, first, rows);
        };
        add(
            {.parameter = i,
             .first = first,
             .value = part(value),
             .momentum = part(momenta_[i]),
             .square = part(squares_[i]),
             .update = torch::empty_like(part(value)),
             .gram = {}});
      }
    }
  }

  void step(int64_t step, double lr, double gradient_scale) override {
    const double momentum = momentum_at(step);
    each(blocks_, [&](Block& block) {
      accumulate(block, momentum, gradient_scale);
    });
    for (Matrix& matrix : matrices_) matrix.gram = Tensor();
    for (Block& block : blocks_) { // always in the same order
      Tensor& sum = matrices_[block.matrix].gram;
      sum = sum.defined() ? sum.add_(block.gram) : block.gram;
    }
    each(matrices_, [&](Matrix& matrix) {
      matrix.gram =
          inverse_root(matrix.gram, config_.orthogonalizer).to(torch::kFloat32);
    });
    each(blocks_, [&](Block& block) { orthogonalize(block); });
    std::vector<double> square_sums(matrices_.size());
    for (const Block& block : blocks_) {
      square_sums[block.matrix] += block.square_sum;
    }
    each(blocks_, [&](Block& block) {
      subtract(block, lr, std::sqrt(square_sums[block.matrix]));
    });
  }

  NamedTensors state() const override {
    NamedTensors tensors;
    for (size_t i = 0; i < parameters_.size(); ++i) {
      const std::string& name = parameters_[i].name;
      tensors.emplace_back("momentum_buffer." + name, momenta_[i]);
      if (normalizes()) tensors.emplace_back("row_square." + name, squares_[i]);
    }
    return tensors;
  }

 private:
  /// A matrix and what its step needs; views of a parameter's rows where that
  /// stacks several.
  struct Matrix {
    size_t parameter;
    int64_t first; // of the parameter's rows
    Tensor value, momentum;
    Tensor square; // (rows, 1), of NorMuon
    Tensor update; // before it is subtracted
    Tensor gram;   // of the shorter side, f64; then its inverse root, f32

    bool tall() const { return value.size(0) > value.size(1); }
  };

  /// Rows that one thread works on.
  struct Block {
    size_t matrix;
    int64_t first, rows;
    Tensor gram;           // the block's share
    double square_sum = 0; // of its update

    Tensor of(const Tensor& x) const { return x.narrow(0, first, rows); }
  };

  bool normalizes() const { return config_.kind == "normuon"; }

  void add(Matrix matrix) {
    // Of 64 columns: half a megabyte, which stays in a core's cache.
    constexpr int64_t kBlockRows = 2048;
    const int64_t rows = matrix.value.size(0);
    const int64_t most = matrix.tall() ? kBlockRows : rows;
    for (int64_t first = 0; first < rows; first += most) {
      blocks_.push_back(
          {.matrix = matrices_.size(),
           .first = first,
           .rows = std::min(most, rows - first),
           .gram = {}});
    }
    matrices_.push_back(std::move(matrix));
  }

  template <class Item, class Body>
  static void each(std::vector<Item>& items, const Body& body) {
    each_on_one_thread(std::ssize(items), [&](int64_t i) {
      const torch::NoGradGuard no_grad; // a thread's own
      body(items[static_cast<size_t>(i)]);
    });
  }

  double momentum_at(int64_t step) const {
    constexpr double kFirst = 0.85; // as in modded-nanogpt
    if (step >= config_.momentum_warmup_steps) return config_.momentum;
    const double t = static_cast<double>(step) /
                     static_cast<double>(config_.momentum_warmup_steps);
    return std::min(config_.momentum, kFirst + t * (config_.momentum - kFirst));
  }

  /// Takes in the gradient, and gives the block's share of the Gram matrix.
  void accumulate(Block& block, double momentum, double gradient_scale) const {
    const Matrix& matrix = matrices_[block.matrix];
    const Tensor g = gradient_of(parameters_[matrix.parameter])
                         .narrow(0, matrix.first + block.first, block.rows) *
                     gradient_scale;
    Tensor mean = block.of(matrix.momentum);
    mean.lerp_(g, 1 - momentum);
    Tensor update = block.of(matrix.update);
    update.copy_(config_.nesterov ? g.lerp(mean, momentum) : mean);
    const Tensor x = update.to(torch::kFloat64);
    block.gram = matrix.tall() ? x.t().mm(x) : x.mm(x.t());
  }

  void orthogonalize(Block& block) const {
    const Matrix& matrix = matrices_[block.matrix];
    Tensor update = block.of(matrix.update);
    Tensor x = matrix.tall() ? update.mm(matrix.gram) : matrix.gram.mm(update);
    if (normalizes()) {
      Tensor square = block.of(matrix.square);
      square.lerp_(x.square().mean(1, /*keepdim=*/true), 1 - config_.betas[1]);
      x.div_(square.sqrt().add_(config_.epsilon));
      block.square_sum = x.square().sum().item<double>();
    }
    update.copy_(x);
  }

  /// norm: of the matrix's update, where it is normalized.
  void subtract(const Block& block, double lr, double norm) const {
    const Matrix& matrix = matrices_[block.matrix];
    const auto m = static_cast<double>(matrix.value.size(0));
    const auto n = static_cast<double>(matrix.value.size(1));
    Tensor x = block.of(matrix.update);
    if (normalizes()) { // to the norm of an orthogonal matrix
      x.mul_(std::sqrt(std::min(m, n)) / std::max(norm, 1e-30));
    }
    Tensor weight = block.of(matrix.value);
    if (parameters_[matrix.parameter].decays) {
      decay_weight(
          weight, x, 1 - lr * config_.weight_decay, config_.cautious_decay);
    }
    const double scale = config_.muon_scale == MuonScale::kOriginal
                             ? std::sqrt(std::max(1.0, m / n))
                             : 0.2 * std::sqrt(std::max(m, n));
    weight.sub_(x, lr * scale);
  }

  UpdateConfig config_;
  std::vector<OptimizedParameter> parameters_;
  std::vector<Tensor> momenta_; // of the parameters' shapes
  std::vector<Tensor> squares_; // (rows, 1)
  std::vector<Matrix> matrices_;
  std::vector<Block> blocks_;
};

} // namespace

std::unique_ptr<Optimizer> make_muon(
    const UpdateConfig& config, std::vector<OptimizedParameter> parameters) {
  return std::make_unique<Muon>(config, std::move(parameters));
}

} // namespace nanobrain
