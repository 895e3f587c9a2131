#include "nanobrain/eval/synthetic_floor.h"

#include <numbers>

#include "nanobrain/base/error.h"
#include "nanobrain/synthetic/derivation.h"

namespace nanobrain {

void SyntheticFloor::add(TokenId id) {
  if (!synthetic_) return;
  if (id != tokenizer_.end_of_text()) {
    text_ += tokenizer_.bytes_of(id);
    return;
  }
  try {
    nats_ += synthetic_bits(text_) * std::numbers::ln2;
    ++documents_;
  } catch (const Error&) {
    synthetic_ = false;
  }
  text_.clear();
}

std::optional<double> SyntheticFloor::nats() const {
  if (!synthetic_ || documents_ == 0) return std::nullopt;
  return nats_;
}

} // namespace nanobrain
