// nanobrain-run info: what a folder holds and what this machine runs it with.
#include "nanobrain/inference/model_facts.h"
#include "nanobrain/programs/command.h"
#include "nanobrain/programs/flags.h"
#include "nanobrain/programs/table_output.h"

namespace nanobrain {

void add_info(CLI::App& program) {
  auto* command =
      program.add_subcommand("info", "facts of a model and of this machine");
  const auto folder = std::make_shared<std::filesystem::path>();
  const TableOutput output(*command);
  add_model(*command, *folder, /*int8_only=*/true);
  command->callback([folder, output] {
    output.check({{"--model", {*folder}}});
    const Json facts = read_model_facts(*folder);
    output.write({facts_table(facts)}, facts);
  });
}

} // namespace nanobrain
