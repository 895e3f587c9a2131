// A text's loss, split by something: where in the window a token is, how often
// it was in training, where its document is from.
#pragma once

#include <string>
#include <vector>

#include "nanobrain/base/json.h"
#include "nanobrain/base/table.h"
#include "nanobrain/inference/loss_units.h"

namespace nanobrain {

struct LossPart {
  std::string name;  // "3 to 4"
  LossSum loss = {}; // nats, tokens and bytes
};

/// Parts that have all scored tokens of a text, each token in one of them.
struct LossParts {
  std::string by;        // "position", "frequency" or "source"
  std::string title;     // of the parts, for people
  std::string note = {}; // how they were made, for people
  std::vector<LossPart> parts = {};

  /// A part with tokens a row. Keys: by, part, tokens, bytes, nats,
  /// share_of_nats, nats_per_token, bits_per_byte (null without bytes).
  Table table() const;
};

/// Powers of two: of a part's tokens the model sees 1, 2, 3 to 4, 5 to 8 and so
/// on tokens before them in the window, an end-of-text that precedes the text
/// among them.
inline constexpr const char* kByPosition = "position";
/// Decades of the tokens' ranks by their count in training tokens (of equally
/// many the smaller id first), and the tokens that are not among those.
inline constexpr const char* kByFrequency = "frequency";
/// The inputs, files or folders, that documents were read from.
inline constexpr const char* kBySource = "source";

} // namespace nanobrain
