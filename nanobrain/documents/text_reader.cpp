// Documents out of plain text, and plain files.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "nanobrain/documents/format_reader.h"

namespace nanobrain {
namespace {

class TextReader : public FormatReader {
 public:
  TextReader(std::unique_ptr<ByteSource> source, bool whole_file)
      : source_(std::move(source)), whole_file_(whole_file) {}

  bool next(BoundedText& text) override {
    text.clear();
    return whole_file_ ? read_file(text) : read_document(text);
  }
  int64_t position() const override { return source_->position(); }

 private:
  bool read_file(BoundedText& text) {
    const bool first = !std::exchange(begun_, true);
    while (first && fill()) text.append(take(rest_.size()));
    return first;
  }

  bool read_document(BoundedText& text) {
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
  bool whole_file_;
  bool begun_ = false;
  std::string_view rest_; // of the current block
};

} // namespace

PlainFile::PlainFile(const fs::path& path)
    : path_(path), fd_(path, O_RDONLY), buffer_(size_t{1} << 18) {
  if (!fd_.is_open()) fail_errno(path, "opened");
}

std::string_view PlainFile::next_block() {
  ssize_t count = 0;
  do {
    count = read(fd_.get(), buffer_.data(), buffer_.size());
  } while (count < 0 && errno == EINTR);
  if (count < 0) fail_errno(path_, "read");
  position_ += count;
  return {buffer_.data(), static_cast<size_t>(count)};
}

std::unique_ptr<FormatReader> open_text(
    std::unique_ptr<ByteSource> source, bool whole_file) {
  return std::make_unique<TextReader>(std::move(source), whole_file);
}

} // namespace nanobrain
