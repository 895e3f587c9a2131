#include "nanobrain/tokenizer/conversion.h"

#include <algorithm>
#include <charconv>

#include "nanobrain/base/error.h"
#include "nanobrain/base/stopwatch.h"
#include "nanobrain/base/utf8.h"

namespace nanobrain {

namespace {

constexpr std::string_view kBlankLine = "\n\n";

/// The parts of `text` between separators, one more than there are separators.
std::vector<std::string_view> split(
    std::string_view text, std::string_view separator) {
  std::vector<std::string_view> parts;
  for (size_t begin = 0;;) {
    const size_t end = text.find(separator, begin);
    parts.push_back(text.substr(begin, end - begin));
    if (end == std::string_view::npos) return parts;
    begin = end + separator.size();
  }
}

} // namespace

std::vector<std::string> split_documents(std::string_view text) {
  const auto parts = split(text, kBlankLine);
  return {parts.begin(), parts.end()};
}

std::string join_documents(std::span<const std::string> documents) {
  std::string text;
  for (size_t i = 0; i < documents.size(); ++i) {
    if (i > 0) text += kBlankLine;
    text += documents[i];
  }
  return text;
}

std::string format_ids(std::span<const TokenId> ids) {
  std::string line;
  line.reserve(ids.size() * 6 + 1);
  for (const TokenId id : ids) {
    if (!line.empty()) line += ' ';
    char digits[12];
    line.append(digits, std::to_chars(digits, digits + 12, id).ptr);
  }
  line += '\n';
  return line;
}

std::vector<std::vector<TokenId>> parse_ids(
    std::string_view text, int64_t vocab_size) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  std::vector<std::vector<TokenId>> documents;
  for (const std::string_view line : split(text, "\n")) {
    auto& ids = documents.emplace_back();
    for (size_t begin = 0; begin < line.size();) {
      begin = line.find_first_not_of(" \t\r", begin);
      if (begin == std::string_view::npos) break;
      const size_t end =
          std::min(line.find_first_of(" \t\r", begin), line.size());
      const std::string_view token = line.substr(begin, end - begin);
      TokenId id = -1;
      const auto [rest, error] =
          std::from_chars(token.data(), token.data() + token.size(), id);
      require(
          error == std::errc() && rest == token.data() + token.size() &&
              id >= 0 && id < vocab_size,
          "tokenizer decode",
          "line {}, token {}: \"{}\" is not an id in [0, {})",
          documents.size(),
          ids.size() + 1,
          token,
          vocab_size);
      ids.push_back(id);
      begin = end;
    }
  }
  return documents;
}

double Conversion::mb_per_s() const {
  return static_cast<double>(bytes) / 1e6 / std::max(seconds, 1e-9);
}

Json Conversion::to_json() const {
  return {
      {"documents", documents},
      {"tokens", tokens},
      {"bytes", bytes},
      {"mb_per_s", mb_per_s()}};
}

Conversion encode_text(
    const Tokenizer& tokenizer,
    std::string_view text,
    const ConversionOptions& options) {
  // Here, for an offset in the whole input instead of in a document.
  const size_t fault = tokenizer.requires_utf8() ? find_invalid_utf8(text)
                                                 : std::string_view::npos;
  require(
      fault == std::string_view::npos,
      "tokenizer encode",
      "the input is not valid UTF-8 at byte {}; convert it first",
      fault);
  const auto documents = options.split_documents
                             ? split_documents(text)
                             : std::vector<std::string>{std::string(text)};
  Conversion result;
  const Stopwatch watch;
  const auto ids = encode_all(tokenizer, documents, options.threads);
  result.seconds = watch.seconds();
  result.documents = static_cast<int64_t>(documents.size());
  result.bytes = static_cast<int64_t>(text.size());
  for (const auto& document : ids) {
    result.tokens += static_cast<int64_t>(document.size());
    result.output += format_ids(document);
  }
  return result;
}

Conversion decode_text(
    const Tokenizer& tokenizer,
    std::string_view ids,
    const ConversionOptions& options) {
  const auto lines = parse_ids(ids, tokenizer.vocab_size());
  Conversion result;
  const Stopwatch watch;
  std::vector<std::string> documents;
  for (const auto& line : lines) {
    result.tokens += static_cast<int64_t>(line.size());
    documents.push_back(tokenizer.decode(line));
  }
  if (options.split_documents) {
    result.output = join_documents(documents);
    result.documents = static_cast<int64_t>(documents.size());
  } else {
    for (const auto& text : documents) result.output += text;
    result.documents = 1;
  }
  result.seconds = watch.seconds();
  result.bytes = static_cast<int64_t>(result.output.size());
  return result;
}

} // namespace nanobrain
