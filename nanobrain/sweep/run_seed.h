// What tells the runs of a cell apart.
#pragma once

#include <fmt/format.h>

#include <compare>
#include <cstdint>
#include <string>

namespace nanobrain {

struct RunSeed {
  int64_t weights = 0;
  int64_t data = 0; // of the order of the data

  // NOLINTNEXTLINE(google-explicit-constructor): most runs have one seed
  RunSeed(int64_t both) : weights(both), data(both) {}
  RunSeed(int64_t weights, int64_t data) : weights(weights), data(data) {}
  auto operator<=>(const RunSeed&) const = default;

  /// "3"; "3-data-7" where they differ.
  std::string name() const {
    return weights == data ? fmt::format("{}", weights)
                           : fmt::format("{}-data-{}", weights, data);
  }
};

} // namespace nanobrain
