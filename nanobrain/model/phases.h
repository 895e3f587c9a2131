// Where the time of training goes.
#pragma once

#include "nanobrain/base/stopwatch.h"

namespace nanobrain {

/// Seconds in each part of the steps taken.
struct Phases {
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
  ~PhaseTimer() {
    if (phases_ != nullptr) phases_->*phase_ += watch_.seconds();
  }

 private:
  Phases* phases_;
  double Phases::*phase_;
  Stopwatch watch_;
};

} // namespace nanobrain
