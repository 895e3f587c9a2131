#include "nanobrain/inference/eval_input.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "nanobrain/base/checksum.h"
#include "nanobrain/base/error.h"
#include "nanobrain/documents/input_files.h"
#include "nanobrain/inference/loss_units.h"

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

/// Calls add_row(row) for each line of a text.
template <class AddRow>
void split_rows(std::string_view text, const AddRow& add_row) {
  while (!text.empty()) {
    const size_t length = std::min(text.find('\n'), text.size() - 1) + 1;
    const std::string_view row = text.substr(0, length);
    const bool blank = row.find_first_not_of(" \t\n\v\f\r") == row.npos;
    add_row(blank ? std::string_view() : row);
    text.remove_prefix(length);
  }
}

} // namespace

bool is_token_file(const std::filesystem::path& path) {
  return path.extension() == ".tokens";
}

JoinedRows read_joined_rows(const EvalText& text, const OpenDocuments& open) {
  const int64_t most = text.documents.max_document_bytes;
  DocumentOptions whole = text.documents;
  whole.text_documents = "file";
  whole.keep_empty = true;
  JoinedRows joined;
  const auto add_row = [&](std::string_view row) {
    if (joined.rows++ > 0) joined.text += "\n\n";
    joined.text += row;
    require(
        static_cast<int64_t>(joined.text.size()) <= most,
        "--protocol hf",
        "the joined rows are longer than {} bytes, and they are encoded at "
        "once; raise --max-document-bytes",
        most);
  };
  for (const InputFile& file : find_input_files(text.inputs)) {
    const auto reader = open({file.path}, whole);
    for (std::string document; reader->next(document);) {
      if (file.format == DocumentFormat::kText) {
        split_rows(document, add_row);
      } else {
        add_row(document);
      }
    }
    require(
        reader->counts().skipped() == 0,
        file.path.string(),
        "has rows that are not UTF-8 or too long ({}), and --protocol hf "
        "leaves none out",
        reader->counts().to_json().dump());
  }
  return joined;
}

EvalInput::EvalInput(
    const EvalText& text,
    const Tokenizer& tokenizer,
    int64_t threads,
    const OpenDocuments& open) {
  if (text.protocol == Protocol::kHuggingFace) {
    joined_ = read_joined_rows(text, open);
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
    const JoinedRows joined = read_joined_rows(text, open);
    std::vector<int64_t> articles;
    find_articles(joined.text, 0, articles);
    return {
        .documents = joined.rows,
        .bytes = static_cast<int64_t>(joined.text.size()),
        .articles = std::move(articles),
        .sha256 = sha256_hex(joined.text)};
  }
  const auto reader = open_reader(text, open);
  std::vector<int64_t> articles;
  int64_t offset = 0;
  for (std::string document; reader->next(document);) {
    find_articles(document, offset, articles);
    offset += std::ssize(document);
  }
  const DocumentCounts& counts = reader->counts();
  return {
      .documents = counts.documents,
      .bytes = counts.bytes,
      .skipped = counts.skipped(),
      .repaired = counts.repaired,
      .articles = std::move(articles),
      .sha256 = {}};
}

} // namespace nanobrain
