#include "nanobrain/data/documents.h"

#include <utility>

#include "nanobrain/base/error.h"
#include "nanobrain/base/utf8.h"
#include "nanobrain/data/format_reader.h"
#include "nanobrain/data/input_files.h"

namespace nanobrain {
namespace {

void check_options(const DocumentOptions& options) {
  const auto check = [](bool ok, const char* flag, const char* rule) {
    require<UsageError>(ok, flag, "must be {}", rule);
  };
  check(
      options.text_documents == "blank-line" ||
          options.text_documents == "file",
      "--text-documents",
      "blank-line or file");
  check(
      options.invalid_utf8 == "skip" || options.invalid_utf8 == "replace",
      "--invalid-utf8",
      "skip or replace");
  check(options.max_document_bytes > 0, "--max-document-bytes", "positive");
}

class FilesReader : public DocumentReader {
 public:
  FilesReader(std::vector<InputFile> files, DocumentOptions options)
      : files_(std::move(files)),
        options_(std::move(options)),
        document_(options_.max_document_bytes) {
    for (const InputFile& file : files_) size_ += file.bytes;
  }

  bool next(std::string& text) override {
    while (next_of_any_file()) {
      if (!accept()) continue;
      counts_.documents += 1;
      counts_.bytes += static_cast<int64_t>(document_.text().size());
      // The caller's old string becomes the next buffer: no copy, no growth.
      std::swap(text, document_.text());
      return true;
    }
    return false;
  }

  const DocumentCounts& counts() const override { return counts_; }
  int64_t input_position() const override {
    return finished_ + (current_ ? current_->position() : 0);
  }
  int64_t input_size() const override { return size_; }

 private:
  bool next_of_any_file() {
    for (;;) {
      if (current_ && current_->next(document_)) return true;
      if (current_) finished_ += files_[next_file_ - 1].bytes;
      current_.reset(); // one file's buffers at a time
      if (next_file_ == files_.size()) return false;
      current_ = open(files_[next_file_++]);
    }
  }

  std::unique_ptr<FormatReader> open(const InputFile& file) const {
    switch (file.format) {
      case DocumentFormat::kJsonl:
        return open_jsonl(file.path, options_.text_key);
      case DocumentFormat::kParquet:
        return open_parquet(file.path, options_.text_column);
      default:
        return open_text(file.path, options_.text_documents == "file");
    }
  }

  /// Counts the document and says whether it is handed out.
  bool accept() {
    if (document_.empty() && !options_.keep_empty) {
      ++counts_.skipped_empty;
      return false;
    }
    if (document_.too_long()) {
      ++counts_.skipped_too_long;
      return false;
    }
    if (is_valid_utf8(document_.text())) return true;
    if (options_.invalid_utf8 == "skip") {
      ++counts_.skipped_invalid_utf8;
      return false;
    }
    document_.text() = replace_invalid_utf8(document_.text());
    // Up to three bytes stand where one was.
    if (document_.text().size() >
        static_cast<size_t>(options_.max_document_bytes)) {
      ++counts_.skipped_too_long;
      return false;
    }
    ++counts_.repaired;
    return true;
  }

  std::vector<InputFile> files_;
  DocumentOptions options_;
  DocumentCounts counts_;
  BoundedText document_;
  std::unique_ptr<FormatReader> current_;
  size_t next_file_ = 0;
  int64_t finished_ = 0; // bytes of the files read to their end
  int64_t size_ = 0;
};

} // namespace

DocumentCounts& DocumentCounts::operator+=(const DocumentCounts& other) {
  documents += other.documents;
  bytes += other.bytes;
  skipped_invalid_utf8 += other.skipped_invalid_utf8;
  skipped_too_long += other.skipped_too_long;
  skipped_empty += other.skipped_empty;
  repaired += other.repaired;
  return *this;
}

Json DocumentCounts::to_json() const {
  return {
      {"documents", documents},
      {"bytes", bytes},
      {"skipped", skipped()},
      {"skipped_invalid_utf8", skipped_invalid_utf8},
      {"skipped_too_long", skipped_too_long},
      {"skipped_empty", skipped_empty},
      {"repaired", repaired}};
}

std::unique_ptr<DocumentReader> open_documents(
    const std::vector<std::filesystem::path>& inputs,
    const DocumentOptions& options) {
  check_options(options);
  require<UsageError>(!inputs.empty(), "--input", "must name a file or folder");
  return std::make_unique<FilesReader>(find_input_files(inputs), options);
}

} // namespace nanobrain
