#include "nanobrain/inference/token_source.h"

#include <algorithm>

namespace nanobrain {

namespace {

// Enough text for every thread to have work, little beside a model.
constexpr size_t kBatchBytes = 4'000'000;

} // namespace

size_t DocumentSource::read(std::span<TokenId> out) {
  size_t count = 0;
  while (count < out.size()) {
    if (document_ == encoded_.size() && !refill()) break;
    const auto& ids = encoded_[document_];
    const size_t part = std::min(out.size() - count, ids.size() - token_);
    std::copy_n(
        ids.begin() + static_cast<ptrdiff_t>(token_),
        part,
        out.begin() + static_cast<ptrdiff_t>(count));
    count += part;
    given_ += part;
    token_ += part;
    if (token_ == ids.size()) {
      ++document_;
      token_ = 0;
    }
  }
  return count;
}

int64_t DocumentSource::position() const {
  if (total_ == 0) return end_;
  const double share =
      static_cast<double>(given_) / static_cast<double>(total_);
  return begin_ +
         static_cast<int64_t>(share * static_cast<double>(end_ - begin_));
}

bool DocumentSource::refill() {
  begin_ = end_;
  std::vector<std::string> texts;
  size_t bytes = 0;
  for (std::string text; bytes < kBatchBytes && reader_.next(text);) {
    bytes += text.size();
    texts.push_back(std::move(text));
  }
  encoded_ = encode_all(tokenizer_, texts, threads_);
  if (const TokenId end = tokenizer_.end_of_text(); end >= 0) {
    for (auto& ids : encoded_) ids.push_back(end);
  }
  document_ = 0;
  end_ = reader_.input_position();
  given_ = total_ = 0;
  for (const auto& ids : encoded_) total_ += ids.size();
  return !encoded_.empty();
}

} // namespace nanobrain
