#include "nanobrain/inference/eval_report.h"

#include <fmt/format.h>

#include <cmath>

#include "nanobrain/base/error.h"
#include "nanobrain/base/host.h"
#include "nanobrain/base/progress.h"

namespace nanobrain {

namespace {

// Rounding of a sum of f32 losses stays far below.
constexpr double kLeakNats = 20;

std::string format_row(std::string_view name, const LossSum& loss) {
  return fmt::format(
      "{:<24}{:>12.4f}{:>14.4g}{:>12.4f}",
      name,
      loss.nats_per_token(),
      loss.perplexity(),
      loss.bits_per_byte());
}

} // namespace

bool EvalReport::leaked() const {
  return floor_nats && model.nats < *floor_nats - kLeakNats;
}

void EvalReport::require_no_leak() const {
  require(
      !leaked(),
      "eval",
      "LEAK: the loss is {:.1f} nats under the exact entropy of the text, "
      "which no honest model can reach; was it trained on this text?",
      floor_nats.value_or(0) - model.nats);
}

Json EvalReport::to_json() const {
  Json json = model.to_json();
  json["protocol"] = protocol_name(protocol);
  json["end_of_text"] = has_end_of_text;
  json["context"] = context;
  json["stride"] = stride;
  json["skipped"] = skipped;
  json["repaired"] = repaired;
  json["baselines"] = Json::array();
  for (const auto& baseline : baselines) {
    const Json loss = baseline.loss.to_json();
    json["baselines"].push_back(
        {{"name", baseline.name},
         {"nats_per_token", loss["nats_per_token"]},
         {"perplexity", loss["perplexity"]},
         {"bits_per_byte", loss["bits_per_byte"]},
         {"model_beats_it", model.nats < baseline.loss.nats}});
  }
  json["baseline_tokens"] = baseline_tokens;
  if (floor_nats) {
    LossSum floor = model;
    floor.nats = *floor_nats;
    json["entropy"] = {
        {"nats", floor.nats},
        {"nats_per_token", floor.nats_per_token()},
        {"bits_per_byte", floor.bits_per_byte()}};
    json["leak"] = leaked();
  }
  json["tokens_per_s"] = static_cast<double>(model.tokens) / seconds;
  json["precision"] = precision;
  json["threads"] = threads;
  json["commit"] = build_commit();
  return json;
}

std::string EvalReport::to_text() const {
  std::string text = fmt::format(
      "protocol {}\n"
      "context {}, stride {}; {} documents, {} skipped, {} repaired\n"
      "{} tokens, {} bytes, {} words; {} tokens/s in {} on {} {}\n\n"
      "{:<24}{:>12}{:>14}{:>12}\n",
      describe_protocol(protocol, has_end_of_text),
      context,
      stride,
      format_count(model.documents),
      format_count(skipped),
      format_count(repaired),
      format_count(model.tokens),
      format_count(model.bytes),
      format_count(model.words),
      format_count(std::llround(static_cast<double>(model.tokens) / seconds)),
      precision,
      threads,
      threads == 1 ? "thread" : "threads",
      "",
      "nats/token",
      "perplexity",
      "bits/byte");
  text += format_row("model", model) + "\n";
  for (const auto& [name, loss] : baselines) {
    const double difference = loss.nats_per_token() - model.nats_per_token();
    text += fmt::format(
        "{}   the model {} it by {:.4f}\n",
        format_row(name, loss),
        difference > 0 ? "beats" : "LOSES to",
        std::abs(difference));
  }
  if (floor_nats) {
    LossSum floor = model;
    floor.nats = *floor_nats;
    text += fmt::format(
        "{}   the floor; the model is {:.4f} over it\n",
        format_row("exact entropy", floor),
        model.nats_per_token() - floor.nats_per_token());
  }
  text += fmt::format("\nword perplexity {:.4g}\n", model.word_perplexity());
  if (!baselines.empty()) {
    text += fmt::format(
        "baselines counted on {} training tokens\n",
        format_count(baseline_tokens));
  }
  return text;
}

} // namespace nanobrain
