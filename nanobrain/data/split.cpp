#include "nanobrain/data/split.h"

#include "nanobrain/base/checksum.h"
#include "nanobrain/base/random.h"

namespace nanobrain {

bool is_validation(std::string_view document, double fraction, uint64_t seed) {
  // The seed is mixed so that small seeds are no neighbours of XXH3's own 0.
  const uint64_t hash = hash64(document, mix64(seed + 0x5b117));
  return static_cast<double>(hash >> 11) * 0x1p-53 < fraction;
}

} // namespace nanobrain
