// What the subcommands of `nanobrain tokenizer` share.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>

namespace nanobrain {

/// Error where `file` exists, unless it may be replaced; creates its folder.
void prepare_output(const std::filesystem::path& file, bool force);

void add_tokenizer_train(CLI::App& tokenizer);
/// encode and decode
void add_tokenizer_convert(CLI::App& tokenizer);

} // namespace nanobrain
