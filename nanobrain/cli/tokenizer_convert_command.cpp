// nanobrain tokenizer encode and decode: stdin to ids, a document a line, and
// back byte for byte.
#include <iostream>
#include <sstream>

#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"
#include "nanobrain/cli/command.h"
#include "nanobrain/cli/tokenizer_command.h"
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

std::string read_stdin() {
  std::ostringstream text;
  text << std::cin.rdbuf();
  require(!std::cin.bad(), "stdin", "cannot be read");
  return std::move(text).str();
}

void run(const ConvertFlags& flags, const Output& output, Convert convert) {
  const auto& file = flags.output;
  require<UsageError>(
      !output.json() || !file.empty(),
      "tokenizer",
      "--json keeps stdout for the result; name a file with --output");
  if (!file.empty()) prepare_output(file, flags.force);
  const Conversion result =
      convert(*load_tokenizer(flags.tokenizer), read_stdin(), flags.options);
  if (file.empty()) {
    output.text(result.output);
  } else {
    write_file(file, result.output);
  }
  output.result(result.to_json());
}

void add(
    CLI::App& tokenizer, const char* name, const char* help, Convert convert) {
  auto* command = tokenizer.add_subcommand(name, help);
  const auto flags = std::make_shared<ConvertFlags>();
  const Output output(*command);
  command->add_option("--tokenizer", flags->tokenizer, "file, or its folder")
      ->required();
  command->add_flag(
      "--split-documents",
      flags->options.split_documents,
      "documents are parted by blank lines; else the input is one");
  command
      ->add_option("--threads", flags->options.threads, "CPU threads; 0: all")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  command->add_option("--output", flags->output, "file instead of stdout");
  command->add_flag("--force", flags->force, "replace the output");
  command->callback([flags, output, convert] { run(*flags, output, convert); });
}

} // namespace

void add_tokenizer_convert(CLI::App& tokenizer) {
  add(tokenizer, "encode", "text on stdin to lines of ids", encode_text);
  add(tokenizer, "decode", "ids on stdin to text, byte for byte", decode_text);
}

} // namespace nanobrain
