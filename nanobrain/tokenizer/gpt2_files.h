// The two files of a GPT-2 tokenizer: pieces with their ids, and merges.
#pragma once

#include <filesystem>
#include <optional>

namespace nanobrain {

struct Gpt2Files {
  std::filesystem::path vocab;  // vocab.json, or encoder.json as OpenAI has it
  std::filesystem::path merges; // merges.txt, or vocab.bpe
};

/// The files in the folder `path`, or the file `path` with its partner beside
/// it. Nothing where there is none of them; Error where one is there without
/// its partner.
std::optional<Gpt2Files> find_gpt2_files(const std::filesystem::path& path);

} // namespace nanobrain
