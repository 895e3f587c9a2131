// The result of an evaluation: the model beside what any model must beat.
#include <fmt/format.h>

#include <cmath>

#include "nanobrain/base/error.h"
#include "nanobrain/base/host.h"
#include "nanobrain/base/progress.h"
#include "nanobrain/inference/evaluation.h"

namespace nanobrain {

namespace {

// Rounding of a sum of f32 losses stays far below.
constexpr double kLeakNats = 20;

TableRow loss_row(const std::string& name, const LossSum& loss) {
  const Json json = loss.to_json();
  return {
      name,
      json["nats_per_token"],
      json["perplexity"],
      json["bits_per_byte"],
      nullptr};
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

LossSum EvalReport::floor() const {
  LossSum floor = model;
  floor.nats = floor_nats.value();
  return floor;
}

Json EvalReport::to_json() const {
  Json json = model.to_json();
  json["protocol"] = protocol_name(protocol);
  json["end_of_text"] = has_end_of_text;
  json["context"] = context;
  json["stride"] = stride;
  json["skipped"] = skipped;
  json["repaired"] = repaired;
  const Json rows = table().json();
  const auto first = rows.begin() + 1; // after the model's
  json["baselines"] = Json(first, first + std::ssize(baselines));
  json["baseline_tokens"] = baseline_tokens;
  json["baseline_counted"] = baseline_counted;
  json["baseline_seen"] = baseline_seen;
  json["loses_to"] = defeats(model, baselines);
  if (without_overlap) json["without_overlap"] = without_overlap->to_json();
  for (const LossParts& split : parts) {
    Json rows_of_it = split.table().json();
    for (Json& row : rows_of_it) row.erase("by");
    json["by"][split.by] = rows_of_it;
  }
  if (floor_nats) {
    json["entropy"] = {
        {"nats", *floor_nats},
        {"nats_per_token", floor().nats_per_token()},
        {"bits_per_byte", floor().bits_per_byte()}};
    json["leak"] = leaked();
  }
  json["tokens_per_s"] = static_cast<double>(model.tokens) / seconds;
  json["precision"] = precision;
  json["threads"] = threads;
  json["commit"] = build_commit();
  return json;
}

Table EvalReport::table() const {
  Table table{
      .preface =
          {fmt::format(
               "protocol {}", describe_protocol(protocol, has_end_of_text)),
           fmt::format(
               "context {}, stride {}; {} documents, {} skipped, {} repaired",
               context,
               stride,
               format_count(model.documents),
               format_count(skipped),
               format_count(repaired)),
           fmt::format(
               "{} tokens, {} bytes, {} words; {} tokens/s in {} on {} {}",
               format_count(model.tokens),
               format_count(model.bytes),
               format_count(model.words),
               format_count(
                   std::llround(static_cast<double>(model.tokens) / seconds)),
               precision,
               threads,
               threads == 1 ? "thread" : "threads")},
      .columns =
          {word_column("name", "loss of"),
           {"nats_per_token", "nats/token", "{:.4f}"},
           {"perplexity", "perplexity", "{:.4g}"},
           {"bits_per_byte", "bits/byte", "{:.4f}"},
           word_column("model_beats_it", "the model")},
      .rows = {loss_row("model", model)},
      .notes = {fmt::format("word perplexity {:.4g}", model.word_perplexity())},
      .absent = "-"};
  for (const auto& [name, loss] : baselines) {
    const double difference = loss.nats_per_token() - model.nats_per_token();
    table.rows.push_back(loss_row(name, loss));
    table.rows.back().back() = {
        model.nats < loss.nats,
        fmt::format(
            "{} it by {:.4f}",
            difference > 0 ? "beats" : "LOSES to",
            std::abs(difference))};
  }
  if (floor_nats) {
    table.rows.push_back(loss_row("exact entropy", floor()));
    table.rows.back().back().text = fmt::format(
        "is {:.4f} over this floor",
        model.nats_per_token() - floor().nats_per_token());
  }
  if (table.rows.size() == 1) table.columns.back().title.clear();
  if (without_overlap) {
    table.notes.push_back(fmt::format(
        "{} of {} documents share a 13-gram of words with training; without "
        "them {:.4f} nats/token, {:.4f} bits/byte",
        format_count(model.documents - without_overlap->documents),
        format_count(model.documents),
        without_overlap->nats_per_token(),
        without_overlap->bits_per_byte()));
  }
  if (!baselines.empty()) {
    table.notes.push_back(fmt::format(
        "baselines counted on {} training tokens: {}",
        format_count(baseline_tokens),
        baseline_counted));
    const std::string lost = describe_defeats(defeats(model, baselines));
    if (!lost.empty()) table.notes.push_back("the model " + lost);
  }
  return table;
}

std::vector<Table> EvalReport::tables() const {
  std::vector<Table> all = {table()};
  for (const LossParts& split : parts) all.push_back(split.table());
  return all;
}

} // namespace nanobrain
