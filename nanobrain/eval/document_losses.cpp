#include "nanobrain/eval/document_losses.h"

#include <utility>

namespace nanobrain {

namespace {

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

} // namespace

DocumentLosses::DocumentLosses(
    const Tokenizer& tokenizer, OnDocument on_document)
    : tokenizer_(tokenizer), on_document_(std::move(on_document)) {}

void DocumentLosses::add(TokenId id, std::optional<double> nats) {
  empty_ = false;
  const std::string_view bytes =
      id == tokenizer_.end_of_text() ? "" : tokenizer_.bytes_of(id);
  int64_t words = 0;
  for (const char c : bytes) {
    const bool space = is_space(c);
    words += !space && !in_word_;
    in_word_ = !space;
  }
  if (nats) {
    document_.nats += *nats;
    document_.tokens += 1;
    document_.bytes += static_cast<int64_t>(bytes.size());
    document_.words += words;
  }
  if (id == tokenizer_.end_of_text()) end_document();
}

const LossSum& DocumentLosses::finish() {
  if (!empty_) end_document();
  return total_;
}

void DocumentLosses::end_document() {
  document_.documents = 1;
  if (on_document_) on_document_(total_.documents, document_);
  total_ += document_;
  document_ = {};
  empty_ = true;
  in_word_ = false;
}

} // namespace nanobrain
