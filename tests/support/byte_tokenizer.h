// The smallest tokenizer: a byte is an id. For tests of what uses tokenizers.
#pragma once

#include <array>
#include <string>

#include "nanobrain/base/checksum.h"
#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"
#include "nanobrain/tokenizer/tokenizer.h"

namespace nanobrain::testing {

/// Ids 0..255 are the bytes, end-of-text is 256 (or there is none), and the
/// ids up to `vocab_size` stand for nothing.
class ByteTokenizer : public Tokenizer {
 public:
  static constexpr TokenId kEndOfText = 256;

  explicit ByteTokenizer(int64_t vocab_size = 257, bool has_end_of_text = true)
      : vocab_size_(vocab_size), has_end_of_text_(has_end_of_text) {
    for (size_t i = 0; i < bytes_.size(); ++i) bytes_[i] = static_cast<char>(i);
  }

  std::string kind() const override { return "byte"; }
  int64_t vocab_size() const override { return vocab_size_; }
  TokenId end_of_text() const override {
    return has_end_of_text_ ? kEndOfText : -1;
  }
  std::vector<TokenId> encode(std::string_view text) const override {
    std::vector<TokenId> ids;
    ids.reserve(text.size());
    for (const char c : text) ids.push_back(static_cast<unsigned char>(c));
    return ids;
  }
  std::string_view bytes_of(TokenId id) const override {
    require(id >= 0 && id < vocab_size_, "byte", "id {} is out of range", id);
    return id < 256 ? std::string_view(&bytes_[static_cast<size_t>(id)], 1)
                    : std::string_view();
  }
  std::string hash() const override {
    return sha256_hex("byte " + std::to_string(vocab_size_));
  }
  void save(const std::filesystem::path& directory) const override {
    write_file(directory / "tokenizer.byte", std::to_string(vocab_size_));
  }

 private:
  int64_t vocab_size_;
  bool has_end_of_text_;
  std::array<char, 256> bytes_;
};

} // namespace nanobrain::testing
