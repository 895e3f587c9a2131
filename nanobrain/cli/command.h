// What every subcommand shares: one file each, which adds its flags to the
// program and says what to run.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "nanobrain/base/json.h"

namespace nanobrain {

/// Where a subcommand's result goes: text for people, or with --json one JSON
/// object on stdout and nothing else. Copies share the flag.
class Output {
 public:
  /// Adds --json to a subcommand.
  explicit Output(CLI::App& command);
  bool json() const { return *json_; }
  /// Text for people on stdout, as it is and at once; nothing under --json.
  /// Error where stdout cannot be written.
  void text(std::string_view text) const;
  /// The same with a newline at the end.
  void line(std::string_view text) const;
  /// The whole result; printed under --json only.
  void result(const Json& value) const;

 private:
  std::shared_ptr<bool> json_;
};

/// Adds --set KEY=VALUE, over the keys of a YAML.
CLI::Option* add_overrides(
    CLI::App& command, std::vector<std::string>& overrides);

/// Parses, runs the subcommand, prints errors to stderr. Exit code: 0 done,
/// 1 failed, 2 wrong usage, 130 interrupted after a clean save.
int run_program(CLI::App& program, int argc, char** argv);

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
void add_fetch(CLI::App& program);

} // namespace nanobrain
