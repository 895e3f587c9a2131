// Documents out of plain text.
#include <algorithm>
#include <utility>

#include "nanobrain/documents/format_reader.h"

namespace nanobrain {
namespace {

class WholeFileReader : public FormatReader {
 public:
  explicit WholeFileReader(std::unique_ptr<ByteSource> source)
      : source_(std::move(source)) {}

  bool next(BoundedText& text) override {
    if (done_) return false;
    text.clear();
    for (auto block = source_->next_block(); !block.empty();
         block = source_->next_block()) {
      text.append(block);
    }
    done_ = true;
    return true;
  }
  int64_t position() const override { return source_->position(); }

 private:
  std::unique_ptr<ByteSource> source_;
  bool done_ = false;
};

class BlankLineReader : public FormatReader {
 public:
  explicit BlankLineReader(std::unique_ptr<ByteSource> source)
      : source_(std::move(source)) {}

  bool next(BoundedText& text) override {
    text.clear();
    // The end of the last line and the blanks after it: they belong to the
    // text if more of it follows.
    BoundedText pending(text.max_bytes());
    bool blank = true; // nothing but blanks so far in this line
    while (fill()) {
      if (blank) {
        const size_t blanks =
            std::min(rest_.find_first_not_of(" \t\r"), rest_.size());
        pending.append(take(blanks));
        if (rest_.empty()) continue;
        if (rest_.front() == '\n') {
          take(1);
          pending.clear();
          if (!text.empty()) break;
          continue;
        }
        text.append(pending);
        pending.clear();
        blank = false;
      }
      text.append(take(std::min(rest_.find('\n'), rest_.size())));
      if (rest_.empty()) continue;
      pending.append(take(1));
      blank = true;
    }
    if (blank) text.remove_suffix('\r'); // of the last line's CR LF
    return !text.empty();
  }
  int64_t position() const override { return source_->position(); }

 private:
  bool fill() {
    if (rest_.empty()) rest_ = source_->next_block();
    return !rest_.empty();
  }
  std::string_view take(size_t count) {
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }

  std::unique_ptr<ByteSource> source_;
  std::string_view rest_; // of the current block
};

} // namespace

std::unique_ptr<FormatReader> open_text(
    std::unique_ptr<ByteSource> source, bool whole_file) {
  if (whole_file) return std::make_unique<WholeFileReader>(std::move(source));
  return std::make_unique<BlankLineReader>(std::move(source));
}

} // namespace nanobrain
