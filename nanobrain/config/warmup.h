// What grows over the first steps of a run: windows of a batch, their context.
#pragma once

#include <cstdint>

#include "nanobrain/base/limits.h"

namespace nanobrain {

/// A batch of `from` windows at step 0 grows linearly, in whole windows, to
/// the run's over `steps` steps.
struct BatchWarmup {
  int64_t from = 1;
  int64_t steps = 0;

  template <class Visitor>
  void visit(Visitor&& field) {
    FIELD(from, "windows of the first micro-batch", at_least(1));
    FIELD(
        steps,
        "until it is batch_size; 0: it is from the start",
        at_least(0),
        at_most(1e9));
  }

  /// Windows at a step, counted from 0, of a run whose batch is `whole`.
  int64_t at(int64_t step, int64_t whole) const;
  /// Of all steps before one, in a time that does not grow with it.
  int64_t before(int64_t step, int64_t whole) const;
};

/// A window is cut into equal shorter ones, whose length doubles from `from` to
/// the run's over `steps` steps, for as many steps each.
struct ContextWarmup {
  int64_t from = 1;
  int64_t steps = 0;

  template <class Visitor>
  void visit(Visitor&& field) {
    FIELD(from, "tokens of the first windows", at_least(1));
    FIELD(
        steps,
        "until it is seq_len; 0: it is from the start",
        at_least(0),
        at_most(1e9));
  }

  /// Tokens of a window at a step, counted from 0; it divides `whole`.
  int64_t at(int64_t step, int64_t whole) const;
  /// The first step with a longer context than that of `step`; where there is
  /// none, above any.
  int64_t next_change(int64_t step, int64_t whole) const;
};

} // namespace nanobrain
