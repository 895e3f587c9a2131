#include "nanobrain/command_line/document_flags.h"

namespace nanobrain {

void add_plain_document_options(CLI::App& command, DocumentOptions& options) {
  const auto add = [&](const char* name, auto& value, const char* help) {
    return command.add_option(name, value, help)
        ->capture_default_str()
        ->group("Documents");
  };
  add("--text-documents",
      options.text_documents,
      "txt: documents are parted by blank lines, or one a file")
      ->check(CLI::IsMember({"blank-line", "file"}));
  add("--text-key", options.text_key, "jsonl: the key that holds the text");
  add("--invalid-utf8",
      options.invalid_utf8,
      "documents that are not UTF-8: skip them, or replace the faults by "
      "U+FFFD")
      ->check(CLI::IsMember({"skip", "replace"}));
  add("--max-document-bytes",
      options.max_document_bytes,
      "longer documents are skipped and counted");
}

} // namespace nanobrain
