#include "nanobrain/inference/token_losses.h"

#include <string_view>

namespace nanobrain {

namespace {

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

} // namespace

LossSum TokenLosses::next(TokenId id, std::optional<double> nats) {
  const bool ends_document = id == tokenizer_.end_of_text();
  const std::string_view bytes = ends_document ? "" : tokenizer_.bytes_of(id);
  int64_t words = 0;
  for (const char c : bytes) {
    const bool space = is_space(c);
    words += !space && !in_word_;
    in_word_ = !space;
  }
  if (ends_document) in_word_ = false;
  if (!nats) return {};
  return {
      .nats = *nats,
      .tokens = 1,
      .bytes = static_cast<int64_t>(bytes.size()),
      .words = words};
}

} // namespace nanobrain
