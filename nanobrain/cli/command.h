// What every subcommand shares: one file each, which adds its flags to the
// program and says what to run.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>
#include <string_view>

#include "nanobrain/base/json.h"

namespace nanobrain {

/// Where a subcommand's result goes: text for people, or with --json one JSON
/// object on stdout and nothing else.
class Output {
 public:
  /// Adds --json to a subcommand.
  explicit Output(CLI::App& command);
  bool json() const { return json_; }
  /// A line for people on stdout; nothing under --json.
  void line(std::string_view text) const;
  /// The whole result; printed under --json only.
  void result(const Json& value) const;

 private:
  bool json_ = false;
};

void add_inspect(CLI::App& program);
void add_synth(CLI::App& program);
void add_tokenizer(CLI::App& program);
void add_prepare(CLI::App& program);
void add_train(CLI::App& program);
void add_eval(CLI::App& program);
void add_generate(CLI::App& program);

} // namespace nanobrain
