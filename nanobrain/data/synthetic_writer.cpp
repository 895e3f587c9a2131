#include "nanobrain/data/synthetic_writer.h"

#include <array>
#include <charconv>

#include "nanobrain/data/inflection.h"

namespace nanobrain {

void SyntheticWriter::append(std::string_view word) {
  if (!starts_line_) text_ += ' ';
  text_ += word;
  if (starts_sentence_) {
    char& first = text_[text_.size() - word.size()];
    if (first >= 'a' && first <= 'z') first += 'A' - 'a';
  }
  starts_line_ = false;
  starts_sentence_ = false;
}

void SyntheticWriter::add(std::string_view word) {
  if (word.empty()) return;
  if (word == "." || word == "," || word == ":") {
    text_ += word;
    starts_sentence_ = word == ".";
  } else if (word == "\n") {
    text_ += '\n';
    starts_line_ = true;
    starts_sentence_ = true;
  } else if (word == "a") {
    article_waits_ = true;
  } else {
    if (article_waits_) {
      article_waits_ = false;
      append(indefinite_article(word));
    }
    append(word);
  }
}

void SyntheticWriter::add_number(int number) {
  std::array<char, 12> digits;
  const auto end =
      std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  add({digits.data(), static_cast<size_t>(end - digits.data())});
}

} // namespace nanobrain
