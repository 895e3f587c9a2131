// A strict JSON parser (RFC 8259) for lines of any length: it picks one string
// out of each object and holds nothing else.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "nanobrain/documents/byte_source.h"
#include "nanobrain/documents/format_reader.h"

namespace nanobrain {

/// Where a text has a lone surrogate (\ud800, which no UTF-8 can hold), the
/// byte 0xFF stands for it, so that the document is found to be invalid UTF-8.
class JsonLines : public FormatReader {
 public:
  /// `path` names the source in errors.
  JsonLines(
      std::unique_ptr<ByteSource> source,
      std::filesystem::path path,
      std::string key);

  /// Reads the next line that is not blank; false at the end of the file.
  bool next(BoundedText& text) override;
  int64_t position() const override { return source_->position(); }

 private:
  static constexpr int kEnd = -1;
  static constexpr int kMaxDepth = 500;

  int peek();
  void skip_spaces();
  void expect(char wanted, std::string_view what);
  void read_members(BoundedText& text);
  void read_text(BoundedText& text);
  void skip_value(int depth);
  void skip_container(char close, int depth);
  void skip_number();
  void skip_digits();
  void skip_word(std::string_view word);
  void read_string(BoundedText& out);
  void read_escape(BoundedText& out);
  uint32_t read_hex4();
  [[noreturn]] void fail_here(std::string_view wanted);

  std::filesystem::path path_;
  std::string key_;
  std::unique_ptr<ByteSource> source_;
  std::string_view rest_; // of the current block
  int64_t line_ = 1;
};

} // namespace nanobrain
