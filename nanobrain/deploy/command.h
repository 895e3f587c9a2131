// The subcommands of nanobrain-run: one file each.
#pragma once

#include "nanobrain/command_line/program.h"

namespace nanobrain {

void add_generate(CLI::App& program);
void add_score(CLI::App& program);
void add_bench(CLI::App& program);
void add_info(CLI::App& program);

} // namespace nanobrain
