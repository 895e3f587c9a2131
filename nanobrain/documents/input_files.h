// Which files the inputs of a command stand for.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace nanobrain {

enum class DocumentFormat { kText, kJsonl, kParquet };

struct InputFile {
  std::filesystem::path path;
  DocumentFormat format;
  int64_t bytes; // as it is stored on disk
};

/// True for the extensions .gz, .xz and .zst.
bool is_compressed(const std::filesystem::path& path);

/// The files in order: those named as they are, folders replaced by what they
/// hold at any depth under a known extension, in byte order of the relative
/// path. Error if an input is missing, not a file or folder, empty, of an
/// unknown extension, or a folder without documents.
std::vector<InputFile> find_input_files(
    const std::vector<std::filesystem::path>& inputs);

} // namespace nanobrain
