// The subcommands: one file each, which adds its flags to the program and says
// what to run.
#pragma once

#include <string>
#include <vector>

#include "nanobrain/command_line/program.h"

namespace nanobrain {

/// Adds --set KEY=VALUE, over the keys of a YAML.
CLI::Option* add_overrides(
    CLI::App& command, std::vector<std::string>& overrides);

void add_inspect(CLI::App& program);
void add_synth(CLI::App& program);
void add_tokenizer(CLI::App& program);
void add_prepare(CLI::App& program);
void add_train(CLI::App& program);
void add_eval(CLI::App& program);
void add_compare(CLI::App& program);
void add_generate(CLI::App& program);
void add_quantize(CLI::App& program);
void add_export(CLI::App& program);
void add_bench(CLI::App& program);
void add_sweep(CLI::App& program);
void add_report(CLI::App& program);
void add_fetch(CLI::App& program);

} // namespace nanobrain
