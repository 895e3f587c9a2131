#include "nanobrain/documents/input_files.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <optional>
#include <string>

#include "nanobrain/base/error.h"
#include "nanobrain/base/filesystem.h"

namespace nanobrain {

namespace {

const std::map<std::string, DocumentFormat> kFormats = {
    {".txt", DocumentFormat::kText},
    {".text", DocumentFormat::kText},
    {".md", DocumentFormat::kText},
    {".raw", DocumentFormat::kText},
    {".jsonl", DocumentFormat::kJsonl},
    {".ndjson", DocumentFormat::kJsonl},
    {".parquet", DocumentFormat::kParquet}};
constexpr char kKnown[] =
    ".txt .text .md .raw .jsonl .ndjson .parquet, each also with .gz .xz .zst";

std::optional<DocumentFormat> format_of(const fs::path& path) {
  std::string name = (is_compressed(path) ? path.stem() : path).extension();
  std::ranges::transform(
      name, name.begin(), [](unsigned char c) { return std::tolower(c); });
  const auto it = kFormats.find(name);
  if (it == kFormats.end()) return std::nullopt;
  return it->second;
}

InputFile input_file(const fs::path& path) {
  return {path, *format_of(path), static_cast<int64_t>(fs::file_size(path))};
}

InputFile named_file(const fs::path& path) {
  const std::string name = path.string();
  require(fs::exists(path), "input", "{} does not exist; check the path", name);
  require(
      fs::is_regular_file(path),
      "input",
      "{} is neither a file nor a folder",
      name);
  require(
      format_of(path).has_value(),
      "input",
      "the extension of {} is not one of {}; rename it",
      name,
      kKnown);
  const InputFile file = input_file(path);
  require(
      file.bytes > 0, "input", "{} is empty; fill it or leave it out", name);
  return file;
}

void add_folder(const fs::path& folder, std::vector<InputFile>& files) {
  std::vector<std::string> found; // relative to the folder
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file() && format_of(entry.path())) {
      found.push_back(entry.path().lexically_relative(folder).string());
    }
  }
  require(
      !found.empty(),
      "input",
      "the folder {} holds no file with one of the extensions {}",
      folder.string(),
      kKnown);
  std::ranges::sort(found);
  for (const auto& name : found) files.push_back(input_file(folder / name));
}

} // namespace

bool is_compressed(const fs::path& path) {
  const fs::path extension = path.extension();
  return extension == ".gz" || extension == ".xz" || extension == ".zst";
}

std::vector<InputFile> find_input_files(const std::vector<fs::path>& inputs) {
  std::vector<InputFile> files;
  for (const fs::path& input : inputs) {
    try {
      if (fs::is_directory(input)) {
        add_folder(input, files);
      } else {
        files.push_back(named_file(input));
      }
    } catch (const fs::filesystem_error& error) {
      fail(
          "input",
          "cannot read {}: {}; check its permissions",
          error.path1().string(),
          error.code().message());
    }
  }
  return files;
}

} // namespace nanobrain
