// Words to text: spaces, capitals and "a" or "an".
#pragma once

#include <string>
#include <string_view>

namespace nanobrain {

/// Appends words and marks as they are written: no space before a mark, a
/// capital at the start of a sentence and of a line, "an" before a vowel.
class SyntheticWriter {
 public:
  /// "\n" starts a line, "" is nothing, "a" waits for the word after it.
  void add(std::string_view word);
  void add_number(int number);

  const std::string& text() const { return text_; }
  std::string take() { return std::move(text_); }

 private:
  void append(std::string_view word);

  std::string text_;
  bool starts_line_ = true;
  bool starts_sentence_ = true;
  bool article_waits_ = false;
};

} // namespace nanobrain
