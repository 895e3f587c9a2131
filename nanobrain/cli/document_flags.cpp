#include "nanobrain/cli/document_flags.h"

#include "nanobrain/command_line/document_flags.h"

namespace nanobrain {

void add_document_options(CLI::App& command, DocumentOptions& options) {
  add_plain_document_options(command, options);
  command
      .add_option(
          "--text-column",
          options.text_column,
          "parquet: the column that holds the text")
      ->capture_default_str()
      ->group("Documents");
}

} // namespace nanobrain
