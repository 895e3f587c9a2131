#include "nanobrain/inference/published_figures.h"

#include <cmath>
#include <numbers>

#include "nanobrain/base/error.h"
#include "nanobrain/base/fields.h"
#include "nanobrain/base/json.h"

namespace nanobrain {

namespace {

constexpr std::string_view kGpt2Small = "gpt2-small-published";

void check(PublishedFigure& figure, const std::string& where) {
  const auto positive = [](const auto& value) { return !value || *value > 0; };
  require<UsageError>(
      figure.perplexity.has_value() != figure.nats_per_token.has_value() &&
          positive(figure.perplexity) && positive(figure.nats_per_token),
      where,
      "must have a perplexity or nats_per_token, above 0, and not both");
  require<UsageError>(
      !figure.text.empty() && !figure.source.empty() && figure.context > 0 &&
          figure.stride > 0,
      where,
      "must say the text, the context, the stride and the source");
  require<UsageError>(
      figure.text_sha256.empty() ||
          (figure.tokens.value_or(0) > 0 && figure.text_bytes.value_or(0) > 0),
      where,
      "must say the tokens and text_bytes of a text with a text_sha256");
  if (figure.perplexity) {
    figure.nats_per_token = std::log(*figure.perplexity);
  } else {
    figure.perplexity = std::exp(*figure.nats_per_token);
  }
}

} // namespace

bool PublishedFigure::is_of(std::string_view sha256) const {
  return !text_sha256.empty() && text_sha256 == sha256;
}

std::optional<double> PublishedFigure::bits_per_byte(
    std::string_view sha256) const {
  if (!is_of(sha256)) return std::nullopt;
  return *nats_per_token * static_cast<double>(*tokens) / std::numbers::ln2 /
         static_cast<double>(*text_bytes);
}

PublishedModel load_published(const std::string& reference) {
  const bool known = reference == kGpt2Small;
  require<UsageError>(
      known || reference.ends_with(".json"),
      "--reference",
      "knows no \"{}\"; give {}, or a JSON file of the same form",
      reference,
      kGpt2Small);
  PublishedModel model;
  read_fields(
      known ? parse_json(kGpt2SmallPublished, reference) : read_json(reference),
      reference + ":",
      model);
  require<UsageError>(
      !model.model.empty() && !model.figures.empty(),
      reference,
      "must say the model, and figures");
  for (size_t i = 0; i < model.figures.size(); ++i) {
    check(model.figures[i], fmt::format("{}: figures[{}]", reference, i));
  }
  return model;
}

} // namespace nanobrain
