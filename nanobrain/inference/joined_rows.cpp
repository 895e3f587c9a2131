#include "nanobrain/inference/joined_rows.h"

#include <string_view>

#include "nanobrain/base/error.h"
#include "nanobrain/documents/input_files.h"

namespace nanobrain {

std::vector<std::string> split_rows(std::string_view text) {
  std::vector<std::string> rows;
  while (!text.empty()) {
    const size_t newline = text.find('\n');
    const size_t length =
        newline == std::string_view::npos ? text.size() : newline + 1;
    const std::string_view row = text.substr(0, length);
    const bool blank =
        row.find_first_not_of(" \t\n\v\f\r") == std::string_view::npos;
    rows.emplace_back(blank ? std::string_view() : row);
    text.remove_prefix(length);
  }
  return rows;
}

JoinedRows read_joined_rows(
    const std::vector<std::filesystem::path>& inputs,
    const DocumentOptions& options,
    const OpenDocuments& open) {
  DocumentOptions whole = options;
  whole.text_documents = "file";
  whole.keep_empty = true;
  JoinedRows joined;
  const auto add_row = [&](std::string_view row) {
    if (joined.rows++ > 0) joined.text += "\n\n";
    joined.text += row;
    require(
        static_cast<int64_t>(joined.text.size()) <= options.max_document_bytes,
        "eval",
        "the joined rows are longer than {} bytes, and --protocol hf encodes "
        "them at once; raise --max-document-bytes",
        options.max_document_bytes);
  };
  for (const InputFile& file : find_input_files(inputs)) {
    const auto reader = open({file.path}, whole);
    for (std::string text; reader->next(text);) {
      if (file.format == DocumentFormat::kText) {
        for (const auto& row : split_rows(text)) add_row(row);
      } else {
        add_row(text);
      }
    }
    require(
        reader->counts().skipped() == 0,
        "eval",
        "{} has rows that are not UTF-8 or too long ({}), and --protocol hf "
        "leaves none out",
        file.path.string(),
        reader->counts().to_json().dump());
  }
  return joined;
}

} // namespace nanobrain
