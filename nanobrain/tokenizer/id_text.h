// Token ids as text, a document a line, and documents as one text: what
// `nanobrain tokenizer encode` and `decode` write and read.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

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

} // namespace nanobrain
