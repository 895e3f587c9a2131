// Loss and gradients of a micro-batch: the body through autograd, head and
// loss through their kernel, the embedder's rows added in place.
#pragma once

#include <torch/types.h>

#include "nanobrain/base/stopwatch.h"
#include "nanobrain/model/nano_lm.h"

namespace nanobrain {

/// Windows of a micro-batch.
struct Batch {
  torch::Tensor inputs;  // (B, T) int64
  torch::Tensor targets; // (B, T) int64: the token after each input

  /// Moves ids in memory, which the caller has checked, without waiting for the
  /// device: from pinned memory.
  Batch to(torch::Device device) const;
};

/// Of a micro-batch's tokens, on the device of the model; no value is read
/// back.
struct BatchSums {
  torch::Tensor nats; // () f64, the loss
  torch::Tensor lse;  // () f64, log sum_v exp of the logits
};

/// Seconds in each part of the steps taken.
struct Phases {
  /// Waits for this device at the end of each part, which would otherwise count
  /// with the next one's.
  torch::Device device = torch::kCPU;
  double data = 0;      // windows to tensors
  double body = 0;      // blocks and norms, forward and backward; embedder
  double head = 0;      // tied head and loss, forward and backward
  double optimizer = 0; // norm of the gradients, update

  double total() const { return data + body + head + optimizer; }
};

/// Adds the time until its end to a phase, if there is one.
class PhaseTimer {
 public:
  PhaseTimer(Phases* phases, double Phases::*phase)
      : phases_(phases), phase_(phase) {}
  PhaseTimer(const PhaseTimer&) = delete;
  PhaseTimer& operator=(const PhaseTimer&) = delete;
  ~PhaseTimer();

 private:
  Phases* phases_;
  double Phases::*phase_;
  Stopwatch watch_;
};

class GradientPass {
 public:
  /// bf16: products of the head, and of the body where it gains from it.
  GradientPass(NanoLM model, bool bf16);

  /// Forgets the gradients of the step before.
  void begin_step();

  /// The loss of a batch, summed over its tokens; adds `scale` times its
  /// gradient to that of every parameter. On a CPU a fixed number of groups of
  /// sequences, one thread each, whose gradients are summed in order.
  BatchSums loss_and_gradients(const Batch& batch, double scale);

  /// Adds up the time in head and body, where one is given.
  void measure(Phases* phases) { phases_ = phases; }

 private:
  struct Group {
    torch::Tensor input;  // (b, T, C): embedded tokens, a leaf
    torch::Tensor hidden; // (b, T, C)
    torch::Tensor input_gradient;
  };

  std::vector<Group> forward(const torch::Tensor& embedded);
  /// Adds the gradients of body_ as each group has them: no more are held than
  /// threads work.
  void backward(std::vector<Group>& groups, const torch::Tensor& gradient);
  void add_embedder_gradients(
      const Batch& batch,
      const std::vector<Group>& groups,
      const torch::Tensor& head);

  NanoLM model_;
  bool bf16_;
  bool bf16_body_;
  std::vector<torch::Tensor> body_; // parameters of blocks and final norm
  Phases* phases_ = nullptr;
};

} // namespace nanobrain
