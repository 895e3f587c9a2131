#include "nanobrain/config/model_config.h"

#include "nanobrain/base/error.h"
#include "nanobrain/base/fields.h"
#include "nanobrain/config/parameters.h"

namespace nanobrain {

void ModelConfig::validate() const {
  constexpr int64_t kMostParameters = int64_t{1} << 33;
  check_fields(*this, "model.");
  const int64_t parameters = count_parameters(*this);
  require<UsageError>(
      parameters <= kMostParameters,
      "model",
      "has {} parameters, more than {}; make it narrower or shallower",
      parameters,
      kMostParameters);
  require<UsageError>(
      model_dim % num_heads == 0,
      "model",
      "num_heads must divide model_dim, but {} does not divide {}",
      num_heads,
      model_dim);
}

} // namespace nanobrain
