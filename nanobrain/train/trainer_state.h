// What a run carries from step to step beside weights and moments.
#pragma once

#include <cstdint>
#include <vector>

namespace nanobrain {

struct TrainerState {
  int64_t step = 0;      // optimizer steps done
  double elapsed_s = 0;  // of the run, pauses between resumptions left out
  double training_s = 0; // of those in steps; the rest evaluates and saves
  double val_loss = 0;   // of the last evaluation, nats per token
  double val_bits_per_byte = 0;
  int64_t best_step = 0; // step of the lowest val_loss; 0: none yet
  double best_val_loss = 0;
  std::vector<double> recent_losses; // of the newest steps, oldest first
  int64_t samples_bytes = 0;         // length of samples.txt

  template <class Visitor>
  void visit(Visitor&& field) {
    field("step", step, "");
    field("elapsed_s", elapsed_s, "");
    field("training_s", training_s, "");
    field("val_loss", val_loss, "");
    field("val_bits_per_byte", val_bits_per_byte, "");
    field("best_step", best_step, "");
    field("best_val_loss", best_val_loss, "");
    field("recent_losses", recent_losses, "");
    field("samples_bytes", samples_bytes, "");
  }
};

} // namespace nanobrain
