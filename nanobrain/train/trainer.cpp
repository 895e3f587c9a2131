// The training loop of one run.
#include "nanobrain/train/trainer.h"

#include <cmath>

#include "nanobrain/base/error.h"
#include "nanobrain/base/interrupt.h"
#include "nanobrain/base/message.h"
#include "nanobrain/model/autocast.h"
#include "nanobrain/model/f32_model.h"
#include "nanobrain/train/schedule.h"

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
    const RunFolder& run)
    : config_(config),
      inputs_(inputs),
      model_(std::move(model)),
      batches_(inputs.train, config.train),
      gradients_(model_, uses_bf16(config.train)),
      parameters_(model_->parameters()),
      optimizer_(make_optimizer(
          config.optimizer,
          optimized_parameters(*model_, list_parameters(config.model)))),
      update_ratio_(parameters_),
      guard_(config.train),
      checkpoints_(run, config),
      state_(checkpoints_
                 .restore(
                     model_,
                     *optimizer_,
                     [](std::string_view line) {
                       print_message("train: {}", line);
                     })
                 .value_or(TrainerState{})),
      seen_(seen_after(state_.step, batches_, config)),
      log_(run, config, state_),
      earlier_elapsed_s_(state_.elapsed_s) {}

void Trainer::run() {
  const TrainConfig& train = config_.train;
  while (state_.step < train.steps) {
    StepMetrics metrics = take_step();
    const bool last = state_.step == train.steps;
    const int64_t best_before = state_.best_step;
    if (last || is_due(train.eval_every)) evaluate(metrics);
    if (log_.step(metrics, state_.grad_norms)) state_.grad_norms.clear();
    if (train.sample_every > 0 && (last || is_due(train.sample_every))) {
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
}

bool Trainer::is_due(int64_t every) const {
  return every > 0 && state_.step % every == 0;
}

StepMeans Trainer::accumulate_gradients(int64_t step) {
  const auto tokens = static_cast<double>(config_.tokens_per_step());
  gradients_.begin_step();
  torch::Tensor sums =
      torch::zeros({2}, torch::dtype(torch::kFloat64).device(model_->device()));
  for (int64_t micro = 0; micro < config_.train.grad_accum_steps; ++micro) {
    const Batch batch = batches_.micro_batch(step, micro);
    seen_.add(batch);
    const BatchSums batch_sums =
        gradients_.loss_and_gradients(batch.to(model_->device()), 1 / tokens);
    sums += torch::stack({batch_sums.nats, batch_sums.lse});
  }
  sums = sums.to(torch::kCPU);
  const double* sum = sums.const_data_ptr<double>();
  require<NumericError>(
      std::isfinite(sum[0]),
      "train",
      "the loss of step {} is not finite; {}, or look at the data and the "
      "weights this one started from",
      step + 1,
      kStartAgain);
  return {.loss = sum[0] / tokens, .log_z = sum[1] / tokens};
}

StepMetrics Trainer::take_step() {
  const Stopwatch watch;
  const int64_t step = state_.step;
  const StepMeans means = accumulate_gradients(step);
  StepMetrics metrics;
  metrics.step = step + 1;
  metrics.tokens = metrics.step * config_.tokens_per_step();
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
  metrics.lr =
      config_.optimizer.lr *
      learning_rate_factor(config_.schedule, step, config_.train.steps);
  metrics.skipped = guard_.check(
      metrics.step, metrics.train_loss, metrics.grad_norm, state_.spikes);
  if (guard_.is_on()) metrics.skipped_steps = state_.spikes.skipped_steps;
  if (!metrics.skipped) update(metrics);
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
  optimizer_->step(
      state_.step - state_.spikes.skipped_steps,
      metrics.lr,
      clip_scale(metrics.grad_norm, config_.train.clip_norm));
  if (measured) metrics.update_to_weight = update_ratio_.after_update();
}

void Trainer::evaluate(StepMetrics& metrics) {
  require_finite_weights();
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
  checkpoints_.save(state_, model_, inputs_, *optimizer_);
}

double Trainer::elapsed_s() const {
  return earlier_elapsed_s_ + session_.seconds();
}

} // namespace nanobrain
