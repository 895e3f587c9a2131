// nanobrain prepare: text to token files.
#include <filesystem>
#include <memory>
#include <vector>

#include "nanobrain/data/prepare.h"
#include "nanobrain/programs/command.h"
#include "nanobrain/programs/flags.h"
#include "nanobrain/tokenizer/tokenizer.h"

namespace nanobrain {
namespace {

struct Flags {
  std::vector<std::filesystem::path> inputs;
  std::filesystem::path tokenizer;
  std::filesystem::path output;
  PrepareOptions options;
};

} // namespace

void add_prepare(CLI::App& program) {
  CLI::App* command =
      program.add_subcommand("prepare", "turn text into token files");
  auto flags = std::make_shared<Flags>();
  PrepareOptions& options = flags->options;
  command
      ->add_option(
          "--input",
          flags->inputs,
          "txt, jsonl or parquet, each also .gz .xz .zst; files or folders")
      ->required();
  command->add_option("--tokenizer", flags->tokenizer, "file or folder")
      ->required();
  command->add_option("--output", flags->output, "new folder")->required();
  auto* fraction = command->add_option(
      "--val-fraction", options.val_fraction, "share of documents held out");
  fraction->capture_default_str();
  command
      ->add_option(
          "--split-seed", options.split_seed, "another seed, another split")
      ->capture_default_str();
  command
      ->add_option(
          "--val-input", options.val_inputs, "validation documents instead")
      ->excludes(fraction);
  command->add_flag(
      "--no-end-of-text",
      options.allow_no_end_of_text,
      "go on with a tokenizer that has no end-of-text token");
  command->add_option("--threads", options.threads, "CPU threads; 0: all")
      ->capture_default_str();
  add_document_options(*command, options.documents);
  command->callback([flags, output = Output(*command)] {
    const auto tokenizer = load_tokenizer(flags->tokenizer);
    const PrepareReport report =
        prepare(flags->inputs, *tokenizer, flags->output, flags->options);
    output.text(report.to_text());
    output.result(report.to_json());
  });
}

} // namespace nanobrain
