// nanobrain tokenizer encode and decode: stdin to ids, a line each, and back.
#include <unistd.h>

#include "nanobrain/base/descriptor.h"
#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"
#include "nanobrain/programs/command.h"
#include "nanobrain/programs/flags.h"
#include "nanobrain/tokenizer/conversion.h"

namespace nanobrain {

namespace {

struct ConvertFlags {
  std::filesystem::path tokenizer;
  std::filesystem::path output;
  ConversionOptions options;
  bool force = false;
};

using Convert = Conversion (*)(
    const Tokenizer&, std::string_view, const ConversionOptions&);

void run(const ConvertFlags& flags, const Output& output, Convert convert) {
  const auto& file = flags.output;
  require<UsageError>(
      !output.json() || !file.empty(),
      "tokenizer",
      "--json keeps stdout for the result; name a file with --output");
  if (!flags.force) require_new_file(file, "tokenizer");
  const auto tokenizer = load_tokenizer(flags.tokenizer);
  const Conversion result =
      convert(*tokenizer, read_all(STDIN_FILENO, "stdin"), flags.options);
  if (file.empty()) {
    output.text(result.output);
  } else {
    write_file(file, result.output);
  }
  output.result(result.to_json());
}

void add(
    CLI::App& tokenizer,
    const char* name,
    const char* help,
    const char* split_help,
    Convert convert) {
  auto* command = tokenizer.add_subcommand(name, help);
  const auto flags = std::make_shared<ConvertFlags>();
  const Output output(*command);
  const AddFlag flag(*command);
  flag("--tokenizer", flags->tokenizer, "file, or its folder")->required();
  flag("--split-documents", flags->options.split_documents, split_help);
  add_threads(*command, flags->options.threads);
  flag("--output", flags->output, "file instead of stdout");
  add_force(*command, flags->force);
  command->callback([flags, output, convert] { run(*flags, output, convert); });
}

} // namespace

void add_tokenizer_convert(CLI::App& tokenizer) {
  add(tokenizer,
      "encode",
      "text on stdin to lines of ids",
      "documents are separated by blank lines; else the input is one",
      encode_text);
  add(tokenizer,
      "decode",
      "ids on stdin to text, byte for byte",
      "each line is a document, separated by blank lines; else one after "
      "another",
      decode_text);
}

} // namespace nanobrain
