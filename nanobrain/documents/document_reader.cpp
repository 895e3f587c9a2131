#include "nanobrain/documents/document_reader.h"

#include <utility>

#include "nanobrain/base/error.h"
#include "nanobrain/base/fields.h"
#include "nanobrain/base/utf8.h"

namespace nanobrain {
namespace {

void check_options(const DocumentOptions& options) {
  check_fields({
      {"--text-documents",
       options.text_documents,
       "",
       {one_of({"blank-line", "file"})}},
      {"--invalid-utf8",
       options.invalid_utf8,
       "",
       {one_of({"skip", "replace"})}},
      {"--max-document-bytes", options.max_document_bytes, "", {positive()}},
  });
}

class FilesReader : public DocumentReader {
 public:
  FilesReader(
      std::vector<InputFile> files, DocumentOptions options, OpenFile open)
      : files_(std::move(files)),
        options_(std::move(options)),
        open_(std::move(open)),
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
      current_ = open_(files_[next_file_++]);
    }
  }

  /// Counts the document and says whether it is handed out.
  bool accept() {
    if (document_.empty() && !options_.keep_empty) {
      return skip(counts_.skipped_empty);
    }
    if (document_.too_long()) return skip(counts_.skipped_too_long);
    std::string& text = document_.text();
    if (is_valid_utf8(text)) return true;
    if (options_.invalid_utf8 == "skip") {
      return skip(counts_.skipped_invalid_utf8);
    }
    text = replace_invalid_utf8(text);
    // Up to three bytes stand where one was.
    if (std::ssize(text) > options_.max_document_bytes) {
      return skip(counts_.skipped_too_long);
    }
    ++counts_.repaired;
    return true;
  }
  static bool skip(int64_t& count) {
    ++count;
    return false;
  }

  std::vector<InputFile> files_;
  DocumentOptions options_;
  OpenFile open_;
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

std::unique_ptr<DocumentReader> read_documents(
    const std::vector<fs::path>& inputs,
    const DocumentOptions& options,
    OpenFile open) {
  check_options(options);
  require<UsageError>(!inputs.empty(), "--input", "must name a file or folder");
  return std::make_unique<FilesReader>(
      find_input_files(inputs), options, std::move(open));
}

std::unique_ptr<FormatReader> open_plain_format(
    std::unique_ptr<ByteSource> source,
    const InputFile& file,
    const DocumentOptions& options) {
  return file.format == DocumentFormat::kJsonl
             ? open_jsonl(std::move(source), file.path, options.text_key)
             : open_text(std::move(source), options.text_documents == "file");
}

std::unique_ptr<DocumentReader> open_plain_documents(
    const std::vector<fs::path>& inputs, const DocumentOptions& options) {
  for (const InputFile& file : find_input_files(inputs)) {
    require(
        !is_compressed(file.path) && file.format != DocumentFormat::kParquet,
        "input",
        "{} is {}, which this program does not read; unpack it to text or "
        "jsonl, or use nanobrain eval",
        file.path.string(),
        is_compressed(file.path) ? "compressed" : "parquet");
  }
  return read_documents(inputs, options, [options](const InputFile& file) {
    return open_plain_format(
        std::make_unique<PlainFile>(file.path), file, options);
  });
}

} // namespace nanobrain
