// nanobrain prepare: text to token files.
#include "nanobrain/data/prepare.h"
#include "nanobrain/programs/command.h"
#include "nanobrain/programs/flags.h"
#include "nanobrain/programs/table_output.h"
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
  const TableOutput output(*command, /*own_output=*/true);
  const AddFlag flag(*command);
  flag(
      "--input",
      flags->inputs,
      "txt, jsonl or parquet, each also .gz .xz .zst; files or folders")
      ->required();
  flag("--tokenizer", flags->tokenizer, "file or folder")->required();
  flag("--output", flags->output, "new folder")->required();
  auto* fraction = flag(
      "--val-fraction", options.val_fraction, "share of documents held out");
  flag(
      "--test-fraction",
      options.test_fraction,
      "share held out for the last figure; default: that of --val-fraction, "
      "with --val-input none");
  flag("--split-seed", options.split_seed, "another seed, another split");
  flag("--val-input", options.val_inputs, "validation documents instead")
      ->excludes(fraction);
  flag(
      "--no-end-of-text",
      options.allow_no_end_of_text,
      "allow a tokenizer that has no end-of-text token");
  add_threads(*command, options.threads);
  add_document_options(*command, options.documents);
  command->callback([flags, output] {
    output.check(
        {{"--input", flags->inputs},
         {"--val-input", flags->options.val_inputs},
         {"--tokenizer", {flags->tokenizer}},
         {"--output", {flags->output}}});
    const auto tokenizer = load_tokenizer(flags->tokenizer);
    const PrepareReport report =
        prepare(flags->inputs, *tokenizer, flags->output, flags->options);
    output.write({report.table()}, report.to_json());
  });
}

} // namespace nanobrain
