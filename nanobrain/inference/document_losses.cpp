#include "nanobrain/inference/document_losses.h"

#include <utility>

namespace nanobrain {

DocumentLosses::DocumentLosses(
    const Tokenizer& tokenizer, OnDocument on_document)
    : tokens_(tokenizer),
      end_of_text_(tokenizer.end_of_text()),
      on_document_(std::move(on_document)) {}

void DocumentLosses::add(TokenId id, std::optional<double> nats) {
  empty_ = false;
  document_ += tokens_.next(id, nats);
  if (id == end_of_text_) end_document();
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
}

} // namespace nanobrain
