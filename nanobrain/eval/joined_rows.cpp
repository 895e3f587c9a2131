#include "nanobrain/eval/joined_rows.h"

#include <algorithm>
#include <string_view>

#include "nanobrain/base/error.h"

namespace nanobrain {

namespace {

namespace fs = std::filesystem;

bool holds_records(fs::path file) {
  for (const char* compression : {".gz", ".xz", ".zst"}) {
    if (file.extension() == compression) file.replace_extension();
  }
  const auto extension = file.extension();
  return extension == ".jsonl" || extension == ".ndjson" ||
         extension == ".parquet";
}

} // namespace

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
    const std::vector<fs::path>& files, const DocumentOptions& options) {
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
  for (const auto& file : files) {
    require<UsageError>(
        !fs::is_directory(file),
        "eval",
        "{} is a folder; --protocol hf joins the rows of files that are named",
        file.string());
    const bool records = holds_records(file);
    DocumentOptions whole = options;
    if (!records) whole.text_documents = "file";
    const auto reader = open_documents({file}, whole);
    for (std::string text; reader->next(text);) {
      if (records) {
        add_row(text);
      } else {
        for (const auto& row : split_rows(text)) add_row(row);
      }
    }
    require(
        reader->counts().skipped() == 0,
        "eval",
        "{} has rows that cannot be read ({}), and --protocol hf leaves none "
        "out",
        file.string(),
        reader->counts().to_json().dump());
  }
  return joined;
}

} // namespace nanobrain
