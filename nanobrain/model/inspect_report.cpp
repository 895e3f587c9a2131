// How an InspectReport reads, for people and for programs.
#include <fmt/ranges.h>

#include "nanobrain/base/fields.h"
#include "nanobrain/base/progress.h"
#include "nanobrain/model/inspect.h"

namespace nanobrain {

Json InspectReport::to_json() const {
  Json parts;
  for (const auto& [part, count] : parameters_by_part) {
    parts[name_of(part)] = count;
  }
  return {
      {"parameters", parameters},
      {"parameters_by_part", parts},
      {"f32_bytes", f32_bytes},
      {"int8_bytes", int8_bytes},
      {"tokens", tokens},
      {"logits_shape", logits_shape},
      {"forward_ms", forward_ms},
      {"forward_ms_min", forward_ms_min},
      {"forward_ms_max", forward_ms_max},
      {"text_loss", text_loss},
      {"init_loss", init_loss},
      {"uniform_loss", uniform_loss},
      {"counted", counted},
      {"tied", tied},
      {"causal", causal},
      {"model", write_fields(model)}};
}

std::string InspectReport::to_text() const {
  const auto check = [](bool ok) { return ok ? "yes" : "NO"; };
  std::string text;
  const auto part = [&](const char* name, int64_t count, std::string shape) {
    text += fmt::format("{:<18}{:>12}  {}\n", name, format_count(count), shape);
  };
  part(
      "embedder",
      parameters_by_part.at(Part::kEmbedder),
      fmt::format(
          "{} x {}, tied with the head", model.vocab_size, model.model_dim));
  part(
      "positions",
      parameters_by_part.at(Part::kPositions),
      fmt::format("{} x {}", model.max_seq_len, model.model_dim));
  part(
      "blocks",
      parameters_by_part.at(Part::kBlocks),
      fmt::format(
          "{} of {} heads, feed-forward {}",
          model.num_layers,
          model.num_heads,
          model.ffn_dim));
  part("final norm", parameters_by_part.at(Part::kFinalNorm), "");
  part(
      "total",
      parameters,
      fmt::format(
          "{} f32, {} int8",
          format_bytes(f32_bytes),
          format_bytes(int8_bytes)));
  text += fmt::format(
      "logits             [{}], {:.2f} ms ({:.2f} to {:.2f})\n"
      "loss, untrained    {:.4f} over 1,024 random targets, {:.4f} on the "
      "text; "
      "uniform {:.4f}\n"
      "parameters as the formula says: {}; head tied to the embedder: {}; "
      "causal: {}",
      fmt::join(logits_shape, ", "),
      forward_ms,
      forward_ms_min,
      forward_ms_max,
      init_loss,
      text_loss,
      uniform_loss,
      check(counted),
      check(tied),
      check(causal));
  return text;
}

} // namespace nanobrain
