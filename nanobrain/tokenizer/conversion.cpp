#include "nanobrain/tokenizer/conversion.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <iterator>

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

/// The ids of each line.
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

} // namespace

std::vector<std::string> split_documents(std::string_view text) {
  const auto parts = split(text, kBlankLine);
  return {parts.begin(), parts.end()};
}

Json Conversion::to_json() const {
  return {
      {"documents", documents},
      {"tokens", tokens},
      {"bytes", bytes},
      {"mb_per_s", static_cast<double>(bytes) / 1e6 / std::max(seconds, 1e-9)}};
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
  result.documents = std::ssize(documents);
  result.bytes = std::ssize(text);
  for (const auto& document : ids) {
    result.tokens += std::ssize(document);
    fmt::format_to(
        std::back_inserter(result.output), "{}\n", fmt::join(document, " "));
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
  for (const auto& line : lines) {
    const bool is_first = &line == &lines.front();
    if (options.split_documents && !is_first) result.output += kBlankLine;
    result.output += tokenizer.decode(line);
    result.tokens += std::ssize(line);
  }
  result.documents = options.split_documents ? std::ssize(lines) : 1;
  result.seconds = watch.seconds();
  result.bytes = std::ssize(result.output);
  return result;
}

} // namespace nanobrain
