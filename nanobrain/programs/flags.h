// Flags that several subcommands share.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>
#include <type_traits>
#include <vector>

#include "nanobrain/documents/document_reader.h"
#include "nanobrain/inference/generate.h"
#include "nanobrain/inference/windows.h"

namespace nanobrain {

// Each fills what it is given, which must outlive the parse.

/// Adds flags to a command one by one: a switch for a bool, else an option
/// whose default the help shows.
class AddFlag {
 public:
  explicit AddFlag(CLI::App& command) : command_(command) {}

  template <class Field>
  CLI::Option* operator()(
      const char* name, Field& field, const std::string& help) const {
    if constexpr (std::is_same_v<Field, bool>) {
      return command_.add_flag(name, field, help);
    } else {
      return command_.add_option(name, field, help)->capture_default_str();
    }
  }

 private:
  CLI::App& command_;
};

/// How text, jsonl and parquet files become documents; `plain`: no parquet.
void add_document_options(
    CLI::App& command, DocumentOptions& options, bool plain = false);
/// --model
void add_model(CLI::App& command, std::filesystem::path& model, bool int8_only);
/// How text is drawn.
void add_generate_options(CLI::App& command, GenerateOptions& options);
/// --threads
void add_threads(CLI::App& command, int64_t& threads);
/// --force
void add_force(CLI::App& command, bool& force);
/// --set KEY=VALUE, over the keys of a YAML.
CLI::Option* add_overrides(
    CLI::App& command, std::vector<std::string>& overrides);
/// --protocol documents or hf
CLI::Option* add_protocol(
    CLI::App& command, Protocol& protocol, const char* help);
/// --precision f32 or bf16
void add_precision(CLI::App& command, bool& bf16);

} // namespace nanobrain
