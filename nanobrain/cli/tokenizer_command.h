// What the subcommands of `nanobrain tokenizer` share.
#pragma once

#include <CLI/CLI.hpp>

namespace nanobrain {

void add_tokenizer_train(CLI::App& tokenizer);
/// encode and decode
void add_tokenizer_convert(CLI::App& tokenizer);

} // namespace nanobrain
