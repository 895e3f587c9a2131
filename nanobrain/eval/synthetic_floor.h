// The exact entropy of the synthetic corpus as the floor of any honest loss.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "nanobrain/tokenizer/tokenizer.h"

namespace nanobrain {

/// Sums -ln of the documents' exact probabilities as their tokens go by. The
/// first document that is not of the synthetic grammar ends it: there is no
/// floor then, and nothing more is parsed.
class SyntheticFloor {
 public:
  explicit SyntheticFloor(const Tokenizer& tokenizer) : tokenizer_(tokenizer) {}
  void add(TokenId id);
  /// Nats of all documents so far; absent where one is no synthetic text.
  std::optional<double> nats() const;

 private:
  const Tokenizer& tokenizer_;
  std::string text_; // the document so far
  double nats_ = 0;
  int64_t documents_ = 0;
  bool synthetic_ = true;
};

} // namespace nanobrain
