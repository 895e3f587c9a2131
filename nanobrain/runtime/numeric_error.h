// The exception of weights that give no finite numbers.
#pragma once

#include "nanobrain/base/error.h"

namespace nanobrain {

/// Logits are NaN or infinite: the model's weights are broken.
class NumericError : public Error {
 public:
  using Error::Error;
};

} // namespace nanobrain
