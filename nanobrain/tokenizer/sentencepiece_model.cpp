#include "nanobrain/tokenizer/sentencepiece_model.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <map>

#include "nanobrain/base/error.h"
#include "nanobrain/base/utf8.h"
#include "nanobrain/tokenizer/piece_table.h"

namespace nanobrain {

namespace {

/// The fields of one protocol buffer message, in the order of the file
/// (protobuf.dev/programming-guides/encoding).
class Message {
 public:
  Message(std::string_view message, std::string_view where)
      : rest_(message), where_(where) {}

  int64_t number = 0;     // of the field
  int64_t integer = 0;    // the size where it is no number
  std::string_view bytes; // of what is no number

  /// Goes to the next field; false at the end.
  bool next() {
    if (rest_.empty()) return false;
    const uint64_t tag = read_varint();
    number = static_cast<int64_t>(tag >> 3);
    switch (tag & 7) {
      case 0:
        integer = static_cast<int64_t>(read_varint());
        break;
      case 1:
        read_bytes(8);
        break;
      case 2:
        read_bytes(read_varint());
        break;
      case 5:
        read_bytes(4);
        break;
      default:
        broken();
    }
    return true;
  }
  float real() const {
    if (bytes.size() != sizeof(float)) broken();
    float value;
    std::memcpy(&value, bytes.data(), sizeof(value));
    return value;
  }

 private:
  [[noreturn]] void broken() const {
    fail(where_, "is not a whole SentencePiece model; copy or train it again");
  }
  uint64_t read_varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (rest_.empty()) broken();
      const auto byte = static_cast<uint8_t>(rest_.front());
      rest_.remove_prefix(1);
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    broken();
  }
  void read_bytes(uint64_t size) {
    if (size > rest_.size()) broken();
    bytes = rest_.substr(0, size);
    integer = static_cast<int64_t>(size);
    rest_.remove_prefix(size);
  }

  std::string_view rest_;
  std::string_view where_;
};

/// The numbers of a specification by their fields; sizes of what is no number.
using Fields = std::map<int64_t, int64_t>;

void read_fields(Message message, Fields& fields) {
  while (message.next()) fields[message.number] = message.integer;
}

/// `otherwise`: the default of sentencepiece_model.proto.
int64_t get(const Fields& fields, int64_t number, int64_t otherwise) {
  const auto found = fields.find(number);
  return found == fields.end() ? otherwise : found->second;
}

SentencePieceModel::Piece read_piece(Message message) {
  SentencePieceModel::Piece piece;
  while (message.next()) {
    switch (message.number) {
      case 1:
        piece.text = message.bytes;
        break;
      case 2:
        piece.score = message.real();
        break;
      case 3:
        piece.type = static_cast<PieceType>(message.integer);
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

void require_lossless(
    const Fields& trainer, const Fields& normalizer, std::string_view where) {
  const auto refuse = [&](bool fault, const char* what) {
    require(
        !fault,
        where,
        "is a SentencePiece model {}, which would change texts; train one "
        "with nanobrain tokenizer train",
        what);
  };
  refuse(get(trainer, 3, 1) != 2, "of another type than BPE");
  refuse(get(trainer, 35, 0) == 0, "without byte fallback");
  refuse(get(normalizer, 2, 0) != 0, "with normalisation");
  refuse(get(normalizer, 3, 1) != 0, "with a dummy prefix");
  refuse(get(normalizer, 4, 1) != 0, "that removes spaces");
  refuse(get(normalizer, 5, 1) == 0, "that does not escape spaces");
  refuse(get(trainer, 24, 0) != 0, "with spaces as suffixes");
}

} // namespace

SentencePieceModel parse_sentencepiece_model(
    std::string_view bytes, std::string_view where) {
  SentencePieceModel model;
  model.pieces.reserve(bytes.size() / 16); // most take more of the file
  Fields trainer, normalizer;
  Message file(bytes, where);
  while (file.next()) {
    switch (file.number) {
      case 1:
        model.pieces.push_back(read_piece({file.bytes, where}));
        break;
      case 2:
        read_fields({file.bytes, where}, trainer);
        break;
      case 3:
        read_fields({file.bytes, where}, normalizer);
        break;
    }
  }
  // The settings come last in the file: a file cut short lacks them.
  require(
      !normalizer.empty() &&
          get(trainer, 4, -1) == static_cast<int64_t>(model.pieces.size()),
      where,
      "is not a whole SentencePiece model; copy or train it again");
  require_lossless(trainer, normalizer, where);

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
  const int64_t end = get(trainer, 42, 2);
  if (end >= 0 && end < static_cast<int64_t>(model.pieces.size()) &&
      model.pieces[end].type == PieceType::control) {
    model.end_of_text = static_cast<TokenId>(end);
  }
  return model;
}

} // namespace nanobrain
