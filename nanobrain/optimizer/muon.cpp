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
    for (const auto& parameter : parameters_) {
      const Tensor value = parameter.value.detach();
      momenta_.push_back(torch::zeros_like(value));
      squares_.push_back(value.new_zeros({value.size(0), 1}));
      updates_.emplace_back();
    }
  }

  void step(int64_t step, double lr, double gradient_scale) override {
    const torch::NoGradGuard no_grad;
    const double momentum = momentum_at(step);
    struct Part {
      size_t parameter;
      int64_t first, rows;
    };
    std::vector<Part> parts;
    for (size_t i = 0; i < parameters_.size(); ++i) {
      const Tensor g = gradient_of(parameters_[i]) * gradient_scale;
      momenta_[i].lerp_(g, 1 - momentum);
      updates_[i] = config_.nesterov ? g.lerp(momenta_[i], momentum)
                                     : momenta_[i].clone();
      const int64_t rows = g.size(0) / parameters_[i].stacked;
      for (int64_t k = 0; k < parameters_[i].stacked; ++k) {
        parts.push_back({i, k * rows, rows});
      }
    }
    each_on_one_thread(std::ssize(parts), [&](int64_t index) {
      const torch::NoGradGuard no_grad_here; // a thread's own
      const auto [i, first, rows] = parts[static_cast<size_t>(index)];
      const auto part = [&, first = first, rows = rows](const Tensor& x) {
        return x.narrow(0, first, rows);
      };
      update(
          part(parameters_[i].value),
          part(updates_[i]),
          part(squares_[i]),
          lr,
          parameters_[i].decays);
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
  bool normalizes() const { return config_.kind == "normuon"; }

  double momentum_at(int64_t step) const {
    constexpr double kFirst = 0.85; // as in modded-nanogpt
    if (step >= config_.momentum_warmup_steps) return config_.momentum;
    const double t = static_cast<double>(step) /
                     static_cast<double>(config_.momentum_warmup_steps);
    return std::min(config_.momentum, kFirst + t * (config_.momentum - kFirst));
  }

  /// weight, direction: (m, n); square: (m, 1).
  void update(
      Tensor weight,
      const Tensor& direction,
      Tensor square,
      double lr,
      bool decays) const {
    const auto m = static_cast<double>(weight.size(0));
    const auto n = static_cast<double>(weight.size(1));
    Tensor x = orthogonalize(direction, config_.orthogonalizer);
    if (normalizes()) {
      const double beta2 = config_.betas[1];
      square.lerp_(x.square().mean(1, /*keepdim=*/true), 1 - beta2);
      x = x / square.sqrt().add(config_.epsilon);
      // Back to the norm of an orthogonal matrix.
      x = x * (std::sqrt(std::min(m, n)) / x.norm().clamp_min(1e-30));
    }
    if (decays) {
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
  std::vector<Tensor> updates_; // before they are made orthogonal
};

} // namespace

std::unique_ptr<Optimizer> make_muon(
    const UpdateConfig& config, std::vector<OptimizedParameter> parameters) {
  return std::make_unique<Muon>(config, std::move(parameters));
}

} // namespace nanobrain
