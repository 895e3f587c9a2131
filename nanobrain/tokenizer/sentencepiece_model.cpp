#include "nanobrain/tokenizer/sentencepiece_model.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

#include "nanobrain/base/error.h"
#include "nanobrain/base/utf8.h"
#include "nanobrain/tokenizer/piece_table.h"

namespace nanobrain {

namespace {

/// The fields of one protocol buffer message, in the order of the file
/// (protobuf.dev/programming-guides/encoding).
class Message {
 public:
  Message(std::string_view bytes, std::string_view where)
      : bytes_(bytes), where_(where) {}

  /// False at the end. Sets number() and either integer() or bytes().
  bool next() {
    if (position_ == bytes_.size()) return false;
    const uint64_t tag = read_varint();
    number_ = static_cast<int64_t>(tag >> 3);
    switch (tag & 7) {
      case 0:
        integer_ = read_varint();
        break;
      case 1:
        content_ = read_bytes(8);
        break;
      case 2:
        content_ = read_bytes(read_varint());
        break;
      case 5:
        content_ = read_bytes(4);
        break;
      default:
        broken();
    }
    return true;
  }
  int64_t number() const { return number_; }
  int64_t integer() const { return static_cast<int64_t>(integer_); }
  std::string_view bytes() const { return content_; }
  float real() const {
    if (content_.size() != sizeof(float)) broken();
    float value;
    std::memcpy(&value, content_.data(), sizeof(value));
    return value;
  }

 private:
  [[noreturn]] void broken() const {
    fail(where_, "is not a whole SentencePiece model; copy or train it again");
  }
  uint64_t read_varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (position_ == bytes_.size()) broken();
      const uint8_t byte = static_cast<uint8_t>(bytes_[position_++]);
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    broken();
  }
  std::string_view read_bytes(uint64_t size) {
    if (size > bytes_.size() - position_) broken();
    position_ += size;
    return bytes_.substr(position_ - size, size);
  }

  std::string_view bytes_;
  std::string_view where_;
  size_t position_ = 0;
  int64_t number_ = 0;
  uint64_t integer_ = 0;
  std::string_view content_;
};

/// The settings that decide whether encoding is lossless, with the defaults of
/// sentencepiece_model.proto.
struct Settings {
  int64_t model_type = 1; // unigram; 2 is BPE
  int64_t vocab_size = -1;
  bool whitespace_as_suffix = false;
  bool byte_fallback = false;
  int64_t eos_id = 2;
  bool normalises = false;
  bool has_normalizer = false;
  bool dummy_prefix = true;
  bool remove_spaces = true;
  bool escape_spaces = true;
};

void read_trainer_spec(Message spec, Settings& settings) {
  while (spec.next()) {
    switch (spec.number()) {
      case 3:
        settings.model_type = spec.integer();
        break;
      case 4:
        settings.vocab_size = spec.integer();
        break;
      case 24:
        settings.whitespace_as_suffix = spec.integer() != 0;
        break;
      case 35:
        settings.byte_fallback = spec.integer() != 0;
        break;
      case 42:
        settings.eos_id = spec.integer();
        break;
    }
  }
}

void read_normalizer_spec(Message spec, Settings& settings) {
  settings.has_normalizer = true;
  while (spec.next()) {
    switch (spec.number()) {
      case 2:
        settings.normalises = !spec.bytes().empty();
        break;
      case 3:
        settings.dummy_prefix = spec.integer() != 0;
        break;
      case 4:
        settings.remove_spaces = spec.integer() != 0;
        break;
      case 5:
        settings.escape_spaces = spec.integer() != 0;
        break;
    }
  }
}

SentencePieceModel::Piece read_piece(Message message) {
  SentencePieceModel::Piece piece;
  while (message.next()) {
    switch (message.number()) {
      case 1:
        piece.text = message.bytes();
        break;
      case 2:
        piece.score = message.real();
        break;
      case 3:
        piece.type = static_cast<PieceType>(message.integer());
        break;
    }
  }
  return piece;
}

/// The byte of a piece such as <0x0A>.
uint8_t byte_of(std::string_view text, std::string_view where) {
  uint8_t byte = 0;
  bool ok = text.size() == 6 && text.starts_with("<0x") && text[5] == '>';
  if (ok) {
    const char* end = text.data() + 5;
    ok = std::from_chars(text.data() + 3, end, byte, 16).ptr == end;
  }
  require(ok, where, "has a byte piece \"{}\"; train it again", text);
  return byte;
}

std::string with_spaces(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size());
  for (size_t at; (at = text.find(kSentencePieceSpace)) != text.npos;) {
    bytes.append(text.substr(0, at)) += ' ';
    text.remove_prefix(at + kSentencePieceSpace.size());
  }
  return bytes.append(text);
}

void require_lossless(const Settings& settings, std::string_view where) {
  const auto refuse = [&](bool fault, const char* what) {
    require(
        !fault,
        where,
        "is a SentencePiece model {}, which would change texts; train one "
        "with nanobrain tokenizer train",
        what);
  };
  refuse(settings.model_type != 2, "of another type than BPE");
  refuse(!settings.byte_fallback, "without byte fallback");
  refuse(settings.normalises, "with normalisation");
  refuse(settings.dummy_prefix, "with a dummy prefix");
  refuse(settings.remove_spaces, "that removes spaces");
  refuse(!settings.escape_spaces, "that does not escape spaces");
  refuse(settings.whitespace_as_suffix, "with spaces as suffixes");
}

} // namespace

SentencePieceModel parse_sentencepiece_model(
    std::string_view bytes, std::string_view where) {
  SentencePieceModel model;
  model.pieces.reserve(bytes.size() / 16); // most take more of the file
  Settings settings;
  Message file(bytes, where);
  while (file.next()) {
    switch (file.number()) {
      case 1:
        model.pieces.push_back(read_piece({file.bytes(), where}));
        break;
      case 2:
        read_trainer_spec({file.bytes(), where}, settings);
        break;
      case 3:
        read_normalizer_spec({file.bytes(), where}, settings);
        break;
    }
  }
  // The settings come last in the file: a file cut short lacks them.
  require(
      settings.has_normalizer &&
          settings.vocab_size == static_cast<int64_t>(model.pieces.size()),
      where,
      "is not a whole SentencePiece model; copy or train it again");
  require_lossless(settings, where);

  PieceTable seen(model.pieces.size());
  const auto text_of = [&](TokenId id) -> std::string_view {
    return model.pieces[static_cast<size_t>(id)].text;
  };
  TokenId next_id = 0;
  std::array<bool, 256> has_byte{};
  for (auto& piece : model.pieces) {
    require(
        !piece.text.empty() && is_valid_utf8(piece.text) &&
            seen.insert(piece.text, next_id++, text_of),
        where,
        "has an empty, broken or repeated piece \"{}\"; train it again",
        replace_invalid_utf8(piece.text));
    require(
        !std::isnan(piece.score),
        where,
        "has no score for the piece \"{}\"; train it again",
        piece.text);
    switch (piece.type) {
      case PieceType::normal:
        piece.bytes = with_spaces(piece.text);
        break;
      case PieceType::byte: {
        const uint8_t byte = byte_of(piece.text, where);
        piece.bytes = static_cast<char>(byte);
        has_byte[byte] = true;
        break;
      }
      case PieceType::unknown:
      case PieceType::control:
        break;
      default:
        fail(
            where,
            "has the user-defined or unused piece \"{}\", which nanobrain does "
            "not support; train one with nanobrain tokenizer train",
            piece.text);
    }
  }
  require(
      std::ranges::all_of(has_byte, [](bool found) { return found; }),
      where,
      "lacks byte pieces; train one with nanobrain tokenizer train");
  if (settings.eos_id >= 0 &&
      settings.eos_id < static_cast<int64_t>(model.pieces.size()) &&
      model.pieces[settings.eos_id].type == PieceType::control) {
    model.end_of_text = static_cast<TokenId>(settings.eos_id);
  }
  return model;
}

} // namespace nanobrain
