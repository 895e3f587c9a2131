// Loss and gradients of a micro-batch.
#include "nanobrain/model/gradient_pass.h"

#include <torch/csrc/autograd/autograd.h>
#include <torch/cuda.h>

#include <atomic>
#include <optional>

#include "nanobrain/kernels/add_rows.h"
#include "nanobrain/kernels/one_thread.h"
#include "nanobrain/kernels/tied_cross_entropy.h"
#include "nanobrain/model/autocast.h"
#include "nanobrain/model/sequence_groups.h"

namespace nanobrain {

namespace {

using torch::Tensor;

void accumulate(Tensor& sum, const Tensor& x) {
  sum = sum.defined() ? sum.add_(x) : x;
}

} // namespace

Batch Batch::to(torch::Device device) const {
  if (device.is_cpu()) return *this;
  const auto move = [&](const Tensor& ids) {
    return ids.pin_memory().to(device, /*non_blocking=*/true);
  };
  return {move(inputs), move(targets)};
}

PhaseTimer::~PhaseTimer() {
  if (phases_ == nullptr) return;
  try {
    if (phases_->device.is_cuda()) torch::cuda::synchronize();
  } catch (const std::exception&) {
    // The next operation on the device says so, where it can be thrown.
  }
  phases_->*phase_ += watch_.seconds();
}

GradientPass::GradientPass(NanoLM model, bool bf16)
    : model_(std::move(model)),
      bf16_(bf16),
      bf16_body_(
          bf16 && blocks_gain_from_bf16(model_->config(), model_->device())) {
  body_ = model_->h->parameters();
  const auto norm = model_->ln_f->parameters();
  body_.insert(body_.end(), norm.begin(), norm.end());
}

void GradientPass::begin_step() {
  for (auto& parameter : model_->parameters()) parameter.mutable_grad().reset();
}

BatchSums GradientPass::loss_and_gradients(const Batch& batch, double scale) {
  const torch::NoGradGuard no_grad;
  const int64_t dim = model_->config().model_dim;
  std::vector<Group> groups;
  Tensor hidden; // (N, C)
  {
    const PhaseTimer timer(phases_, &Phases::body);
    groups = forward(model_->embed(batch.inputs));
    std::vector<Tensor> parts;
    for (const auto& group : groups) parts.push_back(group.hidden.detach());
    hidden = torch::cat(parts).to(torch::kFloat32).view({-1, dim});
  }
  TiedCrossEntropy head;
  {
    const PhaseTimer timer(phases_, &Phases::head);
    head = tied_cross_entropy(
        hidden,
        model_->wte->weight,
        batch.targets.view(-1),
        {.bf16 = bf16_, .with_gradients = true, .gradient_scale = scale});
  }
  const PhaseTimer timer(phases_, &Phases::body);
  backward(groups, head.hidden_gradient.view({-1, batch.inputs.size(1), dim}));
  add_embedder_gradients(batch, groups, head.weight_gradient);
  return {ordered_sum(head.losses), ordered_sum(head.lse)};
}

std::vector<GradientPass::Group> GradientPass::forward(const Tensor& embedded) {
  std::vector<Group> groups(
      static_cast<size_t>(count_sequence_groups(embedded)));
  each_sequence_group(embedded, [&](int64_t g, const Tensor& sequences) {
    const at::AutoGradMode with_grad(true);
    const Bf16Autocast autocast(embedded.device(), bf16_body_);
    Group& group = groups[static_cast<size_t>(g)];
    group.input = sequences.detach().requires_grad_();
    group.hidden = model_->body(group.input);
  });
  return groups;
}

void GradientPass::backward(
    std::vector<Group>& groups, const Tensor& gradient) {
  // Among other groups one has one thread, and alone the same: LayerNorm's
  // gradients are summed up a thread each.
  std::optional<OneThread> serial;
  if (groups.size() == 1 && gradient.is_cpu()) serial.emplace();
  std::atomic<int64_t> now = 0;
  each_sequence_group(gradient, [&](int64_t g, const Tensor& part) {
    const GroupTurn turn(now, g);
    Group& group = groups[static_cast<size_t>(g)];
    std::vector<Tensor> inputs = {group.input};
    inputs.insert(inputs.end(), body_.begin(), body_.end());
    const auto gradients = torch::autograd::grad(
        {group.hidden}, inputs, {part.to(group.hidden.scalar_type())});
    group.hidden.reset();
    group.input_gradient = gradients[0];
    turn.wait();
    for (size_t i = 0; i < body_.size(); ++i) {
      accumulate(body_[i].mutable_grad(), gradients[i + 1]);
    }
  });
}

void GradientPass::add_embedder_gradients(
    const Batch& batch, const std::vector<Group>& groups, const Tensor& head) {
  Tensor& tokens = model_->wte->weight.mutable_grad();
  accumulate(tokens, head);
  std::vector<Tensor> inputs;
  for (const auto& group : groups) inputs.push_back(group.input_gradient);
  const Tensor gradient = torch::cat(inputs); // (B, T, C)
  add_rows(
      tokens,
      batch.inputs.view(-1),
      gradient.view({-1, gradient.size(2)}),
      /*scale=*/1);
  Tensor& positions = model_->wpe->weight.mutable_grad();
  if (!positions.defined()) {
    positions = torch::zeros_like(model_->wpe->weight, at::kFloat);
  }
  positions.narrow(0, 0, gradient.size(1)).add_(gradient.sum(0)); // (T, C)
}

} // namespace nanobrain
