// What the subcommands of `nanobrain bench` share.
#pragma once

#include <CLI/CLI.hpp>

namespace nanobrain {

void add_bench_train(CLI::App& bench);

} // namespace nanobrain
