#include "nanobrain/tokenizer/gpt2_files.h"

#include "nanobrain/base/error.h"

namespace nanobrain {

namespace fs = std::filesystem;

namespace {

constexpr struct {
  const char* vocab;
  const char* merges;
} kNames[] = {{"vocab.json", "merges.txt"}, {"encoder.json", "vocab.bpe"}};

} // namespace

std::optional<Gpt2Files> find_gpt2_files(const fs::path& path) {
  const bool is_folder = fs::is_directory(path);
  const fs::path folder = is_folder ? path : path.parent_path();
  std::string lone, missing;
  for (const auto& [vocab, merges] : kNames) {
    if (!is_folder && path.filename() != vocab && path.filename() != merges) {
      continue;
    }
    const Gpt2Files files{folder / vocab, folder / merges};
    const bool has_vocab = fs::exists(files.vocab);
    const bool has_merges = fs::exists(files.merges);
    if (has_vocab && has_merges) return files;
    if (has_vocab || has_merges) {
      lone = has_vocab ? vocab : merges;
      missing = has_vocab ? merges : vocab;
    }
  }
  require(
      lone.empty(),
      (folder / lone).string(),
      "is half of a GPT-2 tokenizer; put {} beside it",
      missing);
  return std::nullopt;
}

} // namespace nanobrain
