// What the command line refuses, and how it says so.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace nanobrain {

/// Makes every option of the program and its subcommands refuse what CLI11
/// takes: numbers that 64 bits do not hold, a sign where there is none, and
/// empty names.
void check_values(CLI::App& program);

/// "[tokenizer train] --vocab-size must be a whole number, but is "abc"", and
/// on a line of its own where to read more.
std::string describe_usage_error(
    CLI::App& program, const CLI::ParseError& error);

} // namespace nanobrain
