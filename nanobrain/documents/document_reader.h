// A stream of documents out of files: what commands read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "nanobrain/base/json.h"
#include "nanobrain/documents/format_reader.h"
#include "nanobrain/documents/input_files.h"

namespace nanobrain {

struct DocumentOptions {
  /// txt: separated by blank lines ("blank-line"), or one a file ("file")
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

using OpenFile =
    std::function<std::unique_ptr<FormatReader>(const InputFile& file)>;

/// The documents of files and folders (find_input_files), opened by `open`.
std::unique_ptr<DocumentReader> read_documents(
    const std::vector<fs::path>& inputs,
    const DocumentOptions& options,
    OpenFile open);

/// The documents of a text or jsonl file, its bytes from `source`.
std::unique_ptr<FormatReader> open_plain_format(
    std::unique_ptr<ByteSource> source,
    const InputFile& file,
    const DocumentOptions& options);

/// The documents of text and jsonl files as they are. Error that names the
/// first input that is compressed or parquet: those need libraries.
std::unique_ptr<DocumentReader> open_plain_documents(
    const std::vector<fs::path>& inputs, const DocumentOptions& options = {});

} // namespace nanobrain
