// `nanobrain synth`: the synthetic corpus and its exact entropy.
#include "nanobrain/base/progress.h"
#include "nanobrain/programs/command.h"
#include "nanobrain/programs/flags.h"
#include "nanobrain/synthetic/corpus.h"

namespace nanobrain {

namespace {

struct SynthFlags {
  std::string path;
  SyntheticOptions options;
};

} // namespace

void add_synth(CLI::App& program) {
  auto* command = program.add_subcommand(
      "synth", "write English-like documents whose exact probability is known");
  const auto flags = std::make_shared<SynthFlags>();
  const AddFlag flag(*command);
  SyntheticOptions& options = flags->options;
  flag(
      "--output",
      flags->path,
      "the corpus; its bits go to the same name with .bits")
      ->required();
  flag("--bytes", options.bytes, "bytes to write, in whole documents");
  flag("--seed", options.seed, "the same seed gives the same corpus");
  add_force(*command, options.force);
  command->callback([flags, output = Output(*command)] {
    const auto summary = write_synthetic_corpus(flags->path, flags->options);
    output.line(
        "{}: {} documents, {}, entropy {:.4f} bits per byte",
        flags->path,
        format_count(summary.documents),
        format_bytes(static_cast<double>(summary.bytes)),
        summary.bits_per_byte());
    output.result(summary.to_json());
  });
}

} // namespace nanobrain
