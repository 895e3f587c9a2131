// What any model must beat: losses of something counted, over the same tokens.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "nanobrain/inference/loss_units.h"

namespace nanobrain {

struct Baseline {
  std::string name; // "bigram (Kneser-Ney)"
  LossSum loss;
};

/// The baselines with a lower loss than the model's, as {"name",
/// "bits_per_byte"}: by how much they are better.
Json defeats(const LossSum& model, std::span<const Baseline> baselines);

/// "LOSES to the bigram by 0.0920, to the trigram by 0.1746 bits per byte";
/// empty where there is no defeat.
std::string describe_defeats(const Json& defeats);

} // namespace nanobrain
