// nanobrain-run info: what a folder holds and what this machine runs it with.
#include "nanobrain/inference/model_facts.h"
#include "nanobrain/programs/command.h"

namespace nanobrain {

void add_info(CLI::App& program) {
  auto* command =
      program.add_subcommand("info", "facts of a model and of this machine");
  const auto folder = std::make_shared<std::filesystem::path>();
  const Output output(*command);
  command->add_option("--model", *folder, "int8 model folder")->required();
  command->callback([folder, output] {
    const ModelFacts facts = read_model_facts(*folder);
    output.text(facts.to_text());
    output.result(facts.to_json());
  });
}

} // namespace nanobrain
