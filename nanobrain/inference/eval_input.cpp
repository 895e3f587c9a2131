#include "nanobrain/inference/eval_input.h"

#include <utility>

#include "nanobrain/base/checksum.h"
#include "nanobrain/inference/token_source.h"

namespace nanobrain {

namespace {

/// The first documents of a reader; how far it is counts in documents.
class FirstDocuments : public DocumentReader {
 public:
  FirstDocuments(std::unique_ptr<DocumentReader> reader, int64_t count)
      : reader_(std::move(reader)), count_(count) {}
  bool next(std::string& text) override {
    return counts().documents < count_ && reader_->next(text);
  }
  const DocumentCounts& counts() const override { return reader_->counts(); }
  int64_t input_position() const override { return counts().documents; }
  int64_t input_size() const override { return count_; }

 private:
  std::unique_ptr<DocumentReader> reader_;
  int64_t count_;
};

std::unique_ptr<DocumentReader> open_reader(
    const EvalText& text, const OpenDocuments& open) {
  auto reader = open(text.inputs, text.documents);
  if (!text.max_documents) return reader;
  return std::make_unique<FirstDocuments>(
      std::move(reader), *text.max_documents);
}

} // namespace

bool is_token_file(const std::filesystem::path& path) {
  return path.extension() == ".tokens";
}

EvalInput::EvalInput(
    const EvalText& text,
    const Tokenizer& tokenizer,
    int64_t threads,
    const OpenDocuments& open) {
  if (text.protocol == Protocol::kHuggingFace) {
    joined_ = read_joined_rows(text.inputs, text.documents, open);
    ids_ = tokenizer.encode(joined_.text);
    source_ = std::make_unique<SpanSource>(ids_);
  } else if (is_token_file(text.inputs.front())) {
    file_.emplace(text.inputs.front());
    file_->require_tokenizer(tokenizer);
    file_->check_tokens();
    source_ = std::make_unique<TokenFileSource>(*file_);
  } else {
    reader_ = open_reader(text, open);
    source_ = std::make_unique<DocumentSource>(*reader_, tokenizer, threads);
  }
}

int64_t EvalInput::documents() const {
  return file_     ? file_->info().documents
         : reader_ ? reader_->counts().documents
                   : joined_.rows;
}

DocumentCounts EvalInput::counts() const {
  return reader_ ? reader_->counts() : DocumentCounts{};
}

TextFacts survey_text(const EvalText& text, const OpenDocuments& open) {
  if (text.protocol == Protocol::kHuggingFace) {
    const JoinedRows joined =
        read_joined_rows(text.inputs, text.documents, open);
    return {
        .documents = joined.rows,
        .bytes = static_cast<int64_t>(joined.text.size()),
        .sha256 = sha256_hex(joined.text)};
  }
  const auto reader = open_reader(text, open);
  for (std::string document; reader->next(document);) {
  }
  const DocumentCounts& counts = reader->counts();
  return {
      .documents = counts.documents,
      .bytes = counts.bytes,
      .skipped = counts.skipped(),
      .repaired = counts.repaired,
      .sha256 = {}};
}

} // namespace nanobrain
