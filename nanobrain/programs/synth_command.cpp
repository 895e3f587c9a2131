// `nanobrain synth`: the synthetic corpus and its exact entropy.
#include <fmt/format.h>

#include <memory>

#include "nanobrain/base/progress.h"
#include "nanobrain/programs/command.h"
#include "nanobrain/synthetic/corpus.h"

namespace nanobrain {

namespace {

struct SynthFlags {
  explicit SynthFlags(CLI::App& command) : output(command) {}
  Output output;
  std::string path;
  SyntheticOptions options;
};

} // namespace

void add_synth(CLI::App& program) {
  auto* command = program.add_subcommand(
      "synth", "write English-like documents whose exact probability is known");
  auto flags = std::make_shared<SynthFlags>(*command);
  command
      ->add_option(
          "--output",
          flags->path,
          "the corpus; its bits go to the same name with .bits")
      ->required();
  command
      ->add_option(
          "--bytes", flags->options.bytes, "bytes to write, in whole documents")
      ->capture_default_str();
  command
      ->add_option(
          "--seed", flags->options.seed, "the same seed gives the same corpus")
      ->capture_default_str();
  command->add_flag(
      "--force", flags->options.force, "replace files that exist");
  command->callback([flags] {
    const auto summary = write_synthetic_corpus(flags->path, flags->options);
    flags->output.line(fmt::format(
        "{}: {} documents, {}, entropy {:.4f} bits per byte",
        flags->path,
        format_count(summary.documents),
        format_bytes(static_cast<double>(summary.bytes)),
        summary.bits_per_byte()));
    flags->output.result(summary.to_json());
  });
}

} // namespace nanobrain
