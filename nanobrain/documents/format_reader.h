// The bytes of a file, and the documents in them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "nanobrain/base/descriptor.h"

namespace nanobrain {

/// The bytes of a file in blocks, in bounded memory. A file that is truncated
/// or damaged is an Error, never a silent end.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// The next bytes, valid until the next call; empty only at the end.
  virtual std::string_view next_block() = 0;
  /// Bytes of the file itself (compressed) that were read so far.
  virtual int64_t position() const = 0;
};

/// A file as it is.
class PlainFile : public ByteSource {
 public:
  explicit PlainFile(const fs::path& path);
  std::string_view next_block() override;
  int64_t position() const override { return position_; }

 private:
  fs::path path_;
  Descriptor fd_;
  int64_t position_ = 0;
  std::vector<char> buffer_;
};

/// A document's text that stops growing just past a limit, so that one of any
/// length can be read in bounded memory and found too long.
class BoundedText {
 public:
  explicit BoundedText(int64_t max_bytes)
      : max_bytes_(static_cast<size_t>(max_bytes)) {}

  void append(std::string_view bytes) {
    size_ += bytes.size();
    const size_t room = max_bytes_ + 1 - text_.size();
    // A long text grows once more: doubling would hold it one and a half times.
    if (text_.size() + bytes.size() > kLong && text_.capacity() <= kLong * 2) {
      text_.reserve(std::min(max_bytes_ + 1, kLong * 16));
    }
    text_.append(bytes.substr(0, room));
  }
  void append(const BoundedText& other) {
    append(std::string_view(other.text_));
    size_ += other.size_ - other.text_.size();
  }
  /// Takes `end` off where the text ends with it and is held as a whole.
  void remove_suffix(char end) {
    if (size_ == text_.size() && text_.ends_with(end)) {
      text_.pop_back();
      --size_;
    }
  }
  void clear() {
    text_.clear();
    size_ = 0;
  }
  bool empty() const { return size_ == 0; }
  bool too_long() const { return size_ > max_bytes_; }
  /// The whole text, unless it is too long.
  std::string& text() { return text_; }
  int64_t max_bytes() const { return static_cast<int64_t>(max_bytes_); }

 private:
  static constexpr size_t kLong = size_t{1} << 23;

  size_t max_bytes_;
  size_t size_ = 0; // what was appended, kept or not
  std::string text_;
};

/// Hands out the documents of a file one at a time.
class FormatReader {
 public:
  virtual ~FormatReader() = default;
  /// False at the end; else `text` is the next document.
  virtual bool next(BoundedText& text) = 0;
  /// Bytes of the file read so far (for a progress bar).
  virtual int64_t position() const = 0;
};

/// Text: documents separated by blank lines (lines of nothing but spaces, tabs
/// and CR), without them and without the last line's end; or, with
/// `whole_file`, the file as it is. LF and CR LF line ends stay as they are.
std::unique_ptr<FormatReader> open_text(
    std::unique_ptr<ByteSource> source, bool whole_file);

/// JSON Lines: one object a line, the text under `key`; null is an empty text.
/// Lines that are not valid JSON are an Error that names `path` and the line.
std::unique_ptr<FormatReader> open_jsonl(
    std::unique_ptr<ByteSource> source,
    const fs::path& path,
    const std::string& key);

} // namespace nanobrain
