// Whole texts to lines of ids and back: the work of `nanobrain tokenizer
// encode` and `decode`.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "nanobrain/base/json.h"
#include "nanobrain/tokenizer/tokenizer.h"

namespace nanobrain {

/// The documents of a text, separated by blank lines: joined with blank lines
/// they are the text, byte for byte. Every blank line parts, so that a second
/// one in a row begins the next document with a newline.
std::vector<std::string> split_documents(std::string_view text);

struct ConversionOptions {
  /// documents are separated by blank lines; else the text is one document
  bool split_documents = false;
  /// of encoding; 0: all. One document is encoded on one thread.
  int64_t threads = 0;
};

struct Conversion {
  std::string output; // lines of ids, or text
  int64_t documents = 0;
  int64_t tokens = 0;
  int64_t bytes = 0;  // of the text
  double seconds = 0; // of encoding or decoding alone

  /// {"documents", "tokens", "bytes", "mb_per_s"}.
  Json to_json() const;
};

/// A line of ids for each document, "12 7 4095\n". Error if the text is not
/// valid UTF-8 and the tokenizer takes no other.
Conversion encode_text(
    const Tokenizer& tokenizer,
    std::string_view text,
    const ConversionOptions& options);

/// The text that encode_text() gave these ids for, byte for byte, under the
/// same options. Error with line and token for what is no id of the tokenizer.
Conversion decode_text(
    const Tokenizer& tokenizer,
    std::string_view ids,
    const ConversionOptions& options);

} // namespace nanobrain
