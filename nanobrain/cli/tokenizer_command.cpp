// nanobrain tokenizer: training tokenizers and using them from scripts.
#include "nanobrain/cli/tokenizer_command.h"

#include "nanobrain/base/error.h"
#include "nanobrain/cli/command.h"

namespace nanobrain {

namespace fs = std::filesystem;

void prepare_output(const fs::path& file, bool force) {
  require(
      force || !fs::exists(file),
      "tokenizer",
      "{} exists already; name another --output or add --force",
      file.string());
  fs::create_directories(fs::absolute(file).parent_path());
}

void add_tokenizer(CLI::App& program) {
  auto* command = program.add_subcommand(
      "tokenizer", "train a tokenizer; texts to ids and back");
  command->require_subcommand(1);
  add_tokenizer_train(*command);
  add_tokenizer_convert(*command);
}

} // namespace nanobrain
