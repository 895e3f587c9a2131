// The text of the usual guide for published perplexities (Hugging Face,
// "Perplexity of fixed-length models"): the rows of a data set in one piece.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "nanobrain/inference/open_model.h"

namespace nanobrain {

struct JoinedRows {
  std::string text;
  int64_t rows = 0;
};

/// Joins rows by "\n\n". The rows of a text file are its lines with their
/// newlines, lines of white space alone being empty rows, as the WikiText data
/// sets have them; those of jsonl and parquet files are their documents. Error
/// where a row cannot be read, or all are longer than max_document_bytes, for
/// the guide tokenises them at once.
JoinedRows read_joined_rows(
    const std::vector<std::filesystem::path>& inputs,
    const DocumentOptions& options,
    const OpenDocuments& open);

/// The rows of a text, as read_joined_rows() takes them.
std::vector<std::string> split_rows(std::string_view text);

} // namespace nanobrain
