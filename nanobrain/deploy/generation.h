// The job behind `nanobrain-run generate`: from a folder and prompts to texts.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "nanobrain/command_line/program.h"
#include "nanobrain/inference/generate.h"

namespace nanobrain {

struct GenerateRequest {
  std::filesystem::path model;
  std::string prompt;
  /// whose text is the prompt
  std::optional<std::filesystem::path> prompt_file;
  /// prompts to continue one by one: see read_prompts()
  std::optional<std::filesystem::path> input;
  GenerateOptions options;
  int64_t threads = 0; // 0: all
};

/// Prints one text as it is made, and under --json one object; or the texts of
/// a file of prompts in order, "[1]" and so on before each, and under --json a
/// line for each. Stops at SIGINT and SIGTERM (Interrupted).
void run_generation(const GenerateRequest& request, const Output& output);

} // namespace nanobrain
