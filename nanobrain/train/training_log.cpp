// What a run shows and records while it trains.
#include "nanobrain/train/training_log.h"

#include <fmt/format.h>

#include "nanobrain/inference/statistics.h"
#include "nanobrain/model/f32_model.h"

namespace nanobrain {

namespace {

constexpr double kSampleTemperature = 0.8;

/// The step after which records are to be cut off; none in a new folder.
std::optional<int64_t> resume_step(
    const RunFolder& run, const TrainerState& state) {
  return fs::exists(run.metrics()) ? std::optional(state.step) : std::nullopt;
}

fs::path cut_samples(const RunFolder& run, const TrainerState& state) {
  const auto size = static_cast<uintmax_t>(state.samples_bytes);
  const fs::path path = run.samples();
  if (fs::exists(path) && fs::file_size(path) > size) {
    fs::resize_file(path, size);
  }
  return path;
}

/// A line of metrics.jsonl, but for the speed.
Json record_of(
    const StepMetrics& metrics, const std::vector<double>& grad_norms) {
  Json record = {
      {"step", metrics.step},
      {"tokens", metrics.tokens},
      {"elapsed_s", metrics.elapsed_s},
      {"train_loss", metrics.train_loss},
      {"log_z", metrics.log_z},
      {"lr", metrics.lr},
      {"grad_norm", metrics.grad_norm},
      {"ids_never_seen", metrics.ids_never_seen}};
  if (grad_norms.size() > 1) {
    const Statistics norms = statistics_of(grad_norms);
    record["grad_norm_p50"] = norms.p50;
    record["grad_norm_p90"] = norms.p90;
    record["grad_norm_max"] = norms.max;
  }
  const auto add = [&](const char* key, const auto& value) {
    if (value) record[key] = *value;
  };
  add("update_to_weight", metrics.update_to_weight);
  add("skipped_steps", metrics.skipped_steps);
  add("val_loss", metrics.val_loss);
  add("val_bits_per_byte", metrics.val_bits_per_byte);
  return record;
}

} // namespace

TrainingLog::TrainingLog(
    const RunFolder& run, const RunConfig& config, const TrainerState& state)
    : config_(config.train),
      metrics_(run.root, resume_step(run, state)),
      samples_path_(cut_samples(run, state)),
      samples_(samples_path_),
      progress_("train", config.train.steps, state.step),
      tokens_(config.train.tokens_of(state.step)) {
  if (state.step > 0) {
    progress_.log(fmt::format("resumed after step {}", state.step));
  }
}

bool TrainingLog::step(
    const StepMetrics& metrics, const std::vector<double>& grad_norms) {
  seconds_ += metrics.seconds;
  const double tokens_per_s =
      static_cast<double>(metrics.tokens - tokens_) / seconds_;
  if (metrics.skipped) {
    progress_.warn(fmt::format(
        "train: step {} is skipped: {}", metrics.step, *metrics.skipped));
  }
  if (metrics.val_loss) {
    validation_ = fmt::format("  val {:.4f}", *metrics.val_loss);
    progress_.log(fmt::format(
        "step {}: train loss {:.4f}, val loss {:.4f} ({:.4f} bits per byte)",
        metrics.step,
        metrics.train_loss,
        *metrics.val_loss,
        *metrics.val_bits_per_byte));
  }
  progress_.update(
      metrics.step,
      fmt::format(
          "loss {:.4f}{}  {} tokens/s",
          metrics.train_loss,
          validation_,
          format_count(static_cast<int64_t>(tokens_per_s))));
  if (metrics.step % config_.log_every != 0 && !metrics.val_loss &&
      !metrics.skipped) {
    return false;
  }
  Json record = record_of(metrics, grad_norms);
  record["tokens_per_s"] = tokens_per_s;
  metrics_.append(record);
  seconds_ = 0;
  tokens_ = metrics.tokens;
  return true;
}

int64_t TrainingLog::sample(
    NanoLM& model, const Tokenizer& tokenizer, int64_t step) {
  const GenerateOptions options{
      .max_tokens = config_.sample_tokens,
      .sampler = {.temperature = kSampleTemperature},
      .context = config_.seq_len};
  for (const std::string& prompt : config_.sample_prompts) {
    // Nothing to begin with.
    if (prompt.empty() && tokenizer.end_of_text() < 0) continue;
    const Generated generated = generate(model, tokenizer, prompt, options);
    const std::string text = fmt::format(
        "== step {}, temperature {}\n{}{}\n\n",
        step,
        kSampleTemperature,
        prompt,
        generated.text);
    samples_.append(text);
    metrics_.add_text("samples", text, step);
  }
  return static_cast<int64_t>(fs::file_size(samples_path_));
}

void TrainingLog::sync() {
  metrics_.sync();
  samples_.sync();
}

} // namespace nanobrain
