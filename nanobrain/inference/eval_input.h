// The text that models are evaluated on.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "nanobrain/data/token_file.h"
#include "nanobrain/inference/open_model.h"
#include "nanobrain/inference/token_source.h"
#include "nanobrain/inference/windows.h"

namespace nanobrain {

struct EvalText {
  /// files and folders of documents, or one token file (*.tokens)
  std::vector<std::filesystem::path> inputs = {};
  DocumentOptions documents = {};
  Protocol protocol = Protocol::kDocuments;
  /// only the first documents; no rows, no token file
  std::optional<int64_t> max_documents = std::nullopt;
};

bool is_token_file(const std::filesystem::path& path);

/// The rows of a data set in one piece, as the usual guide for published
/// perplexities has them (Hugging Face, "Perplexity of fixed-length models").
struct JoinedRows {
  std::string text;
  int64_t rows = 0;
};

/// Joins rows by "\n\n". The rows of a text file are its lines with their
/// newlines, lines of white space alone being empty rows, as the WikiText data
/// sets have them; those of jsonl and parquet files are their documents. Error
/// where a row cannot be read, or all are longer than max_document_bytes, for
/// the guide tokenises them at once.
JoinedRows read_joined_rows(const EvalText& text, const OpenDocuments& open);

/// A text as a stream of a tokenizer's ids.
class EvalInput {
 public:
  /// The tokenizer must outlive the input. Error if a token file was made
  /// with another one.
  EvalInput(
      const EvalText& text,
      const Tokenizer& tokenizer,
      int64_t threads,
      const OpenDocuments& open);
  TokenSource& source() { return *source_; }
  /// Read so far, or in the token file; rows with Protocol::kHuggingFace.
  int64_t documents() const;
  /// Of the documents read so far; zeros where the text is not read by
  /// documents.
  DocumentCounts counts() const;

 private:
  std::optional<TokenFile> file_;
  std::unique_ptr<DocumentReader> reader_;
  JoinedRows joined_;
  std::vector<TokenId> ids_;
  std::unique_ptr<TokenSource> source_;
};

struct TextFacts {
  int64_t documents = 0;              // or rows, with Protocol::kHuggingFace
  int64_t bytes = 0;                  // of the documents, or of the rows joined
  int64_t skipped = 0;                // documents that could not be read
  int64_t repaired = 0;               // documents with U+FFFD put in
  std::vector<int64_t> articles = {}; // find_articles() of the whole
  /// of the rows joined, with Protocol::kHuggingFace; else empty
  std::string sha256;
};

/// Reads a text once without tokenising it.
TextFacts survey_text(const EvalText& text, const OpenDocuments& open);

} // namespace nanobrain
