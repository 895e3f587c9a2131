// The training loop of one run.
#include "nanobrain/train/trainer.h"

#include <cmath>

#include "nanobrain/base/error.h"
#include "nanobrain/base/interrupt.h"
#include "nanobrain/base/message.h"
#include "nanobrain/model/autocast.h"
#include "nanobrain/model/f32_model.h"
#include "nanobrain/optimizer/gradient_norm.h"

namespace nanobrain {

namespace {

/// The train_loss of a run's result is the mean over this many last steps.
constexpr size_t kRecentLosses = 50;

/// To resume would be to diverge again.
constexpr const char* kStartAgain =
    "lower optimizer.lr in a new run (--init-from starts it from a checkpoint "
    "of this one, if there is any)";

} // namespace

Trainer::Trainer(
    const RunConfig& config,
    const TrainingInputs& inputs,
    NanoLM model,
    const RunFolder& run,
    Stopwatch session)
    : config_(config),
      inputs_(inputs),
      model_(std::move(model)),
      batches_(inputs.train, config.train),
      gradients_(model_, uses_bf16(config.train)),
      parameters_(model_->parameters()),
      optimizer_(
          config, optimized_parameters(*model_, list_parameters(config.model))),
      average_(
          config.optimizer.average,
          config.train.steps,
          optimized_parameters(*model_, list_parameters(config.model))),
      update_ratio_(parameters_),
      guard_(config.train),
      checkpoints_(run, config),
      state_(checkpoints_
                 .restore(
                     model_,
                     optimizer_state(),
                     [](std::string_view line) {
                       print_message("train: {}", line);
                     })
                 .value_or(TrainerState{})),
      seen_(seen_after(state_.step, batches_, config)),
      log_(run, config, state_),
      session_(session),
      earlier_elapsed_s_(state_.elapsed_s) {
  // A checkpoint has the average as its model.
  if (average_.begun(state_.step)) average_.swap();
}

void Trainer::run() {
  const TrainConfig& train = config_.train;
  while (state_.step < train.steps) {
    StepMetrics metrics = take_step();
    const bool last = state_.step == train.steps;
    const int64_t best_before = state_.best_step;
    if (last || is_due(train.eval_every)) evaluate(metrics);
    if (log_.step(metrics, state_.grad_norms)) state_.grad_norms.clear();
    if (train.sample_every > 0 && (last || is_due(train.sample_every))) {
      const AveragedWeights averaged(average_, state_.step);
      state_.samples_bytes =
          log_.sample(model_, *inputs_.tokenizer, state_.step);
    }
    const bool stop = interrupted();
    if (last || stop || is_due(train.checkpoint_every) ||
        state_.best_step != best_before) {
      save_checkpoint();
    }
    if (stop && !last) {
      log_.finish();
      fail<Interrupted>(
          "train",
          "interrupted; step {} of {} is saved, resume it with --resume",
          state_.step,
          train.steps);
    }
  }
  state_.elapsed_s = elapsed_s();
  log_.finish();
  if (average_.begun(state_.step)) average_.swap();
}

bool Trainer::is_due(int64_t every) const {
  return every > 0 && state_.step % every == 0;
}

StepMeans Trainer::accumulate_gradients(int64_t step) {
  const StepMeans means = take_gradients(
      config_, batches_, gradients_, step, [&](const Batch& batch) {
        seen_.add(batch);
      });
  require<NumericError>(
      std::isfinite(means.loss),
      "train",
      "the loss of step {} is not finite; {}, or look at the data and the "
      "weights this one started from",
      step + 1,
      kStartAgain);
  return means;
}

StepMetrics Trainer::take_step() {
  const Stopwatch watch;
  const int64_t step = state_.step;
  const StepMeans means = accumulate_gradients(step);
  StepMetrics metrics;
  metrics.step = step + 1;
  metrics.tokens = config_.train.tokens_of(metrics.step);
  metrics.train_loss = means.loss;
  metrics.log_z = means.log_z;
  metrics.ids_never_seen = seen_.never_seen();
  metrics.grad_norm = gradient_norm(parameters_);
  require<NumericError>(
      std::isfinite(metrics.grad_norm),
      "train",
      "the gradient of step {} is not finite (norm {}); {}, or train in f32",
      metrics.step,
      metrics.grad_norm,
      kStartAgain);
  metrics.lr = optimizer_.lr(step);
  metrics.skipped = guard_.check(
      metrics.step, metrics.train_loss, metrics.grad_norm, state_.spikes);
  if (guard_.is_on()) metrics.skipped_steps = state_.spikes.skipped_steps;
  if (!metrics.skipped) update(metrics);
  average_.add(step);
  state_.step = metrics.step;
  state_.grad_norms.push_back(metrics.grad_norm);
  if (!metrics.skipped) {
    if (state_.recent_losses.size() == kRecentLosses) {
      state_.recent_losses.erase(state_.recent_losses.begin());
    }
    state_.recent_losses.push_back(metrics.train_loss);
  }
  metrics.seconds = watch.seconds();
  state_.training_s += metrics.seconds;
  metrics.elapsed_s = elapsed_s();
  return metrics;
}

void Trainer::update(StepMetrics& metrics) {
  const bool measured = metrics.step % config_.train.log_every == 0;
  if (measured) update_ratio_.before_update();
  // Steps that were skipped have left no trace in the moments either.
  optimizer_.step(
      state_.step,
      state_.step - state_.spikes.skipped_steps,
      clip_scale(metrics.grad_norm, config_.train.clip_norm));
  if (measured) metrics.update_to_weight = update_ratio_.after_update();
}

void Trainer::evaluate(StepMetrics& metrics) {
  require_finite_weights();
  const AveragedWeights averaged(average_, state_.step);
  const LossSum loss = nanobrain::evaluate(
      model_,
      inputs_.val,
      *inputs_.tokenizer,
      {.context = config_.train.seq_len},
      "validate");
  state_.val_loss = loss.nats_per_token();
  state_.val_bits_per_byte = loss.bits_per_byte();
  if (state_.best_step == 0 || state_.val_loss < state_.best_val_loss) {
    state_.best_step = state_.step;
    state_.best_val_loss = state_.val_loss;
  }
  metrics.val_loss = state_.val_loss;
  metrics.val_bits_per_byte = state_.val_bits_per_byte;
}

// An update can overflow where its gradient did not: the checkpoint before is
// then the last good one.
void Trainer::require_finite_weights() const {
  require<NumericError>(
      std::isfinite(global_norm(parameters_)),
      "train",
      "the weights after step {} are not finite; {}",
      state_.step,
      kStartAgain);
}

void Trainer::save_checkpoint() {
  require_finite_weights();
  log_.sync();
  state_.elapsed_s = elapsed_s();
  const AveragedWeights averaged(average_, state_.step);
  checkpoints_.save(state_, model_, inputs_, optimizer_state());
}

NamedTensors Trainer::optimizer_state() const {
  NamedTensors state = optimizer_.state();
  for (auto& named : average_.state()) state.push_back(std::move(named));
  return state;
}

double Trainer::elapsed_s() const {
  return earlier_elapsed_s_ + session_.seconds();
}

} // namespace nanobrain
