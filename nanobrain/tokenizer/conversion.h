// Whole texts to lines of ids and back: the work of `nanobrain tokenizer
// encode` and `decode`.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nanobrain/base/json.h"
#include "nanobrain/tokenizer/tokenizer.h"

namespace nanobrain {

/// The documents of a text, parted by blank lines. join_documents() of the
/// result is the text, byte for byte: every blank line parts, so that a second
/// one in a row begins the next document with a newline.
std::vector<std::string> split_documents(std::string_view text);
std::string join_documents(std::span<const std::string> documents);

/// "12 7 4095\n": one document's ids.
std::string format_ids(std::span<const TokenId> ids);

/// The ids of each line. Error with line and token for what is not the id of
/// a token in [0, vocab_size).
std::vector<std::vector<TokenId>> parse_ids(
    std::string_view text, int64_t vocab_size);

struct ConversionOptions {
  /// documents are parted by blank lines; else the text is one document
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

  double mb_per_s() const;
  /// {"documents", "tokens", "bytes", "mb_per_s"}.
  Json to_json() const;
};

/// A line of ids for each document. Error where the text is not valid UTF-8
/// and the tokenizer takes no other.
Conversion encode_text(
    const Tokenizer& tokenizer,
    std::string_view text,
    const ConversionOptions& options);

/// The text that encode_text() gave these ids for, byte for byte, under the
/// same options. Error with line and token for a bad id.
Conversion decode_text(
    const Tokenizer& tokenizer,
    std::string_view ids,
    const ConversionOptions& options);

} // namespace nanobrain
