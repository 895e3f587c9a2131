#include "nanobrain/inference/windows.h"

#include <algorithm>

#include "nanobrain/base/error.h"

namespace nanobrain {

std::string_view protocol_name(Protocol protocol) {
  return protocol == Protocol::kDocuments ? "documents" : "hf";
}

std::string_view describe_protocol(Protocol protocol, bool has_end_of_text) {
  if (protocol == Protocol::kHuggingFace) {
    return "hf: rows joined by a blank line, the first token of the text and "
           "of each disjoint window is not scored";
  }
  return has_end_of_text
             ? "documents: end-of-text precedes the first document, every "
               "token is scored"
             : "documents: no end-of-text token separates them, every token "
               "but the first is scored";
}

WindowPlan plan_windows(
    Protocol protocol,
    std::optional<int64_t> context,
    std::optional<int64_t> stride,
    int64_t max_seq_len,
    TokenId end_of_text) {
  const bool documents = protocol == Protocol::kDocuments;
  const int64_t least = documents ? 1 : 2; // hf: one token predicts one
  const int64_t tokens = context.value_or(max_seq_len);
  require<UsageError>(
      tokens >= least && tokens <= max_seq_len,
      "windows",
      "context is {}; it must be from {} to the model's max_seq_len, {}",
      tokens,
      least,
      max_seq_len);
  const int64_t step = stride.value_or(tokens);
  require<UsageError>(
      step >= 1 && step <= tokens,
      "windows",
      "stride is {}; it must be from 1 to the context, {}: a longer one would "
      "leave tokens out",
      step,
      tokens);
  if (!documents) return {tokens, tokens, step, std::nullopt};
  WindowPlan plan{tokens, tokens + 1, step, std::nullopt};
  if (end_of_text >= 0) plan.prefix = end_of_text;
  return plan;
}

WindowReader::WindowReader(TokenSource& source, const WindowPlan& plan)
    : source_(source), plan_(plan) {
  if (plan.prefix) buffer_.push_back(*plan.prefix);
}

bool WindowReader::next(int64_t max_count, WindowBatch& batch) {
  batch.count = 0;
  batch.begins.clear();
  batch.ids.clear();
  while (batch.count < max_count) {
    const int64_t end = fill(begin_ + plan_.span);
    if (end <= covered_) break;
    const int64_t inputs = end - begin_ - 1;
    const int64_t first_scored = std::max<int64_t>(covered_ - begin_ - 1, 0);
    if (inputs > first_scored) {
      if (batch.count == 0) {
        batch.inputs = inputs;
        batch.first_scored = first_scored;
      } else if (inputs != batch.inputs || first_scored != batch.first_scored) {
        break;
      }
      const auto first = buffer_.begin() + (begin_ - buffer_begin_);
      batch.ids.insert(batch.ids.end(), first, first + inputs + 1);
      batch.begins.push_back(begin_);
      ++batch.count;
    }
    covered_ = end;
    begin_ += plan_.stride;
  }
  return batch.count > 0;
}

int64_t WindowReader::fill(int64_t end) {
  const auto held = [this] {
    return buffer_begin_ + static_cast<int64_t>(buffer_.size());
  };
  const int64_t past = std::min(begin_, held()) - buffer_begin_;
  buffer_.erase(buffer_.begin(), buffer_.begin() + past);
  buffer_begin_ += past;
  while (held() < end && !source_ended_) {
    const size_t old_size = buffer_.size();
    buffer_.resize(old_size + static_cast<size_t>(end - held()));
    const size_t count = source_.read(std::span(buffer_).subspan(old_size));
    buffer_.resize(old_size + count);
    source_ended_ = count == 0;
  }
  return std::min(end, held());
}

} // namespace nanobrain
