#include "nanobrain/tokenizer/conversion.h"

#include <algorithm>
#include <chrono>
#include <vector>

#include "nanobrain/base/error.h"
#include "nanobrain/base/utf8.h"
#include "nanobrain/tokenizer/id_text.h"

namespace nanobrain {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

} // namespace

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
  const auto begin = Clock::now();
  const auto ids = encode_all(tokenizer, documents, options.threads);
  result.seconds = seconds_since(begin);
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
  const auto begin = Clock::now();
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
  result.seconds = seconds_since(begin);
  result.bytes = static_cast<int64_t>(result.output.size());
  return result;
}

} // namespace nanobrain
