// Files of prompts.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace nanobrain {

/// The prompts of a file in order: one a line (LF or CR LF; an empty line is an
/// empty prompt), or JSON lines with the text under "prompt" where the name
/// ends in .jsonl or .ndjson. Error that names the line where a prompt is not
/// valid UTF-8 or a JSON line holds none; Error where the file is empty.
std::vector<std::string> read_prompts(const std::filesystem::path& file);

} // namespace nanobrain
