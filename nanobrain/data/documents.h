// A stream of documents out of text, jsonl and parquet files, compressed or
// not: what `prepare`, `tokenizer train` and `eval` read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "nanobrain/base/json.h"

namespace nanobrain {

struct DocumentOptions {
  /// txt: documents parted by blank lines ("blank-line") or one a file ("file")
  std::string text_documents = "blank-line";
  /// jsonl: the key whose value is the text
  std::string text_key = "text";
  /// parquet: the column of texts
  std::string text_column = "text";
  /// "skip" and count documents that are not valid UTF-8, or "replace" the
  /// faults by U+FFFD and count those documents
  std::string invalid_utf8 = "skip";
  /// documents longer than this are skipped and counted
  int64_t max_document_bytes = 64'000'000;
  /// hand out documents without text too (rows of a data set), not skip them
  bool keep_empty = false;
};

struct DocumentCounts {
  int64_t documents = 0; // handed out
  int64_t bytes = 0;     // of those
  int64_t skipped_invalid_utf8 = 0;
  int64_t skipped_too_long = 0;
  int64_t skipped_empty = 0;
  int64_t repaired = 0; // handed out with U+FFFD put in

  int64_t skipped() const {
    return skipped_invalid_utf8 + skipped_too_long + skipped_empty;
  }
  DocumentCounts& operator+=(const DocumentCounts& other);
  Json to_json() const;
};

/// Hands out documents one at a time in bounded memory, in the order of the
/// inputs (folders: their files in byte order of the relative path). Faults in
/// a file are an Error that names it and, where there is one, the line.
class DocumentReader {
 public:
  virtual ~DocumentReader() = default;
  /// False at the end; else `text` is the next document.
  virtual bool next(std::string& text) = 0;
  virtual const DocumentCounts& counts() const = 0;
  /// Compressed bytes of the inputs read so far and in all, for a progress bar.
  virtual int64_t input_position() const = 0;
  virtual int64_t input_size() const = 0;
};

/// Opens files and folders (searched recursively for the known extensions:
/// .txt .text .md .raw .jsonl .ndjson .parquet, each also with .gz .xz .zst).
std::unique_ptr<DocumentReader> open_documents(
    const std::vector<std::filesystem::path>& inputs,
    const DocumentOptions& options = {});

} // namespace nanobrain
