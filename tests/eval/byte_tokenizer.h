// A tokenizer whose tokens are single bytes, so that tests know every id.
#pragma once

#include <array>

#include "nanobrain/base/error.h"
#include "nanobrain/tokenizer/tokenizer.h"

namespace nanobrain::testing {

class ByteTokenizer : public Tokenizer {
 public:
  static constexpr TokenId kEndOfText = 256;

  explicit ByteTokenizer(TokenId end_of_text = kEndOfText)
      : end_of_text_(end_of_text) {
    for (size_t i = 0; i < bytes_.size(); ++i) bytes_[i] = static_cast<char>(i);
  }
  std::string kind() const override { return "byte"; }
  int64_t vocab_size() const override { return 257; }
  TokenId end_of_text() const override { return end_of_text_; }
  std::vector<TokenId> encode(std::string_view text) const override {
    std::vector<TokenId> ids;
    for (const unsigned char c : text) ids.push_back(c);
    return ids;
  }
  std::string_view bytes_of(TokenId id) const override {
    require(id >= 0 && id < vocab_size(), "byte", "id {} is out of range", id);
    if (id == kEndOfText) return {};
    return {&bytes_[static_cast<size_t>(id)], 1};
  }
  std::string hash() const override { return std::string(64, 'b'); }
  void save(const std::filesystem::path&) const override {}

 private:
  TokenId end_of_text_;
  std::array<char, 256> bytes_{};
};

} // namespace nanobrain::testing
