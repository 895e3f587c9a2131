#include "nanobrain/tokenizer/id_text.h"

#include <charconv>

#include "nanobrain/base/error.h"

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

} // namespace nanobrain
