// "Did you mean": the known name nearest to an unknown one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace nanobrain {

/// The candidate with the least edit distance, if that is at most a third of
/// the name's length plus one; empty otherwise.
std::string nearest_name(
    std::string_view name, const std::vector<std::string>& candidates);

/// "; did you mean X?" or "; known: A, B, C".
std::string suggest_name(
    std::string_view name, const std::vector<std::string>& candidates);

} // namespace nanobrain
