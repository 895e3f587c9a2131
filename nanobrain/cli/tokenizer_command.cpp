// nanobrain tokenizer: training tokenizers and using them from scripts.
#include "nanobrain/cli/tokenizer_command.h"

#include "nanobrain/cli/command.h"

namespace nanobrain {

void add_tokenizer(CLI::App& program) {
  auto* command = program.add_subcommand(
      "tokenizer", "train a tokenizer; texts to ids and back");
  command->require_subcommand(1);
  add_tokenizer_train(*command);
  add_tokenizer_convert(*command);
}

} // namespace nanobrain
