// std::filesystem under its usual short name.
#pragma once

#include <filesystem>

namespace nanobrain {

namespace fs = std::filesystem;

} // namespace nanobrain
