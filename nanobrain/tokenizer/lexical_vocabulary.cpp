#include "nanobrain/tokenizer/lexical_vocabulary.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <unordered_map>
#include <utility>

#include "nanobrain/base/error.h"
#include "nanobrain/base/json.h"

namespace nanobrain {

namespace {

constexpr std::string_view kPunctuation = ".,;:!?()[]{}\"'/\\<>=+-*&|^~%$#@`";
static_assert(
    kLexicalBasePieces == 256 + kPunctuation.size() + kLongestSpaceRun - 1);

constexpr std::array<std::string_view, 5> kKindNames = {
    "BYTE", "PUNCT", "WS_RUN", "LEARNED", "CONTROL"};
constexpr size_t kBytePieces = 256;

std::string_view name_of(LexicalKind kind) {
  return kKindNames[static_cast<size_t>(kind)];
}

/// Null where `hex` is no pairs of digits.
std::optional<std::string> from_hex(std::string_view hex) {
  std::string bytes;
  for (; !hex.empty(); hex.remove_prefix(2)) {
    if (hex.size() == 1) return std::nullopt;
    uint8_t byte = 0;
    const char* end = hex.data() + 2;
    if (std::from_chars(hex.data(), end, byte, 16).ptr != end) {
      return std::nullopt;
    }
    bytes += static_cast<char>(byte);
  }
  return bytes;
}

std::string to_hex(std::string_view bytes) {
  std::string hex;
  for (const char c : bytes) {
    hex += fmt::format("{:02x}", static_cast<unsigned char>(c));
  }
  return hex;
}

struct Entry {
  uint64_t id = 0;
  LexicalPiece piece;
};

Entry parse_entry(const Json& entry, size_t index, std::string_view where) {
  const auto check = [&](bool ok, std::string_view fault) {
    if (!ok) fail(where, "entry {} {}: {}", index, fault, entry.dump());
  };
  check(entry.is_object(), "is no JSON object");
  const auto get = [&](const char* key,
                       bool (Json::*is_type)() const noexcept,
                       std::string_view type) -> const Json& {
    const auto found = entry.find(key);
    if (found == entry.end() || !((*found).*is_type)()) {
      check(false, fmt::format("has no \"{}\" that is {}", key, type));
    }
    return *found;
  };
  const Json& id = get("id", &Json::is_number_unsigned, "a whole number");
  const Json& kind_name = get("kind", &Json::is_string, "a string");
  const Json& hex = get("bytes_hex", &Json::is_string, "a string");
  const Json& space_prefix =
      get("space_prefix", &Json::is_boolean, "true or false");
  const auto kind =
      std::ranges::find(kKindNames, kind_name.get_ref<const std::string&>());
  check(
      kind != kKindNames.end(),
      "has a \"kind\" that is none of BYTE, PUNCT, WS_RUN, LEARNED, CONTROL");
  const auto bytes = from_hex(hex.get_ref<const std::string&>());
  check(
      bytes.has_value(), "has a \"bytes_hex\" that is no pairs of hex digits");
  return {
      id.get<uint64_t>(),
      {static_cast<LexicalKind>(kind - kKindNames.begin()),
       (space_prefix.get<bool>() ? " " : "") + *bytes}};
}

/// The pieces by id; Error if an id is there twice or not at all.
LexicalVocabulary arrange(std::vector<Entry> entries, std::string_view where) {
  std::ranges::stable_sort(entries, {}, &Entry::id);
  LexicalVocabulary pieces;
  for (Entry& entry : entries) {
    require(
        entry.id >= pieces.size(), where, "the id {} is there twice", entry.id);
    require(
        entry.id == pieces.size(),
        where,
        "the id {} is missing: {} entries have ids up to {}",
        pieces.size(),
        entries.size(),
        entries.back().id);
    pieces.push_back(std::move(entry.piece));
  }
  return pieces;
}

void check_bytes(const LexicalPiece& piece, size_t id, std::string_view where) {
  const std::string& bytes = piece.bytes;
  const auto check = [&](bool ok, std::string_view rule) {
    if (ok) return;
    fail(
        where,
        "the id {}, a {} of the bytes \"{}\", {}",
        id,
        name_of(piece.kind),
        to_hex(bytes),
        rule);
  };
  check(bytes.size() <= kMaxPieceBytes, "must have at most 255 bytes");
  switch (piece.kind) {
    case LexicalKind::byte:
      return check(
          id < kBytePieces && bytes == std::string(1, static_cast<char>(id)),
          "must be the byte that is its id");
    case LexicalKind::punct:
      return check(
          bytes.size() == 1 && bytes != " " && !is_word_byte(bytes[0]),
          "must be one byte that is no space, letter, digit or underscore");
    case LexicalKind::ws_run:
      return check(
          bytes.size() >= 2 && std::ranges::count(bytes, ' ') ==
                                   static_cast<ptrdiff_t>(bytes.size()),
          "must be two spaces or more");
    case LexicalKind::learned:
      return check(
          !bytes.empty() && bytes != " ", "must have bytes of its own");
    case LexicalKind::control:
      return check(bytes.empty(), "must have no bytes");
  }
}

void check_blocks(const LexicalVocabulary& pieces, std::string_view where) {
  for (size_t id = 0; id < kBytePieces; ++id) {
    require(
        id < pieces.size() && pieces[id].kind == LexicalKind::byte,
        where,
        "the ids 0 to 255 must be BYTE entries, but {} is {}",
        id,
        id < pieces.size() ? name_of(pieces[id].kind) : "missing");
  }
  for (size_t id = kBytePieces; id < pieces.size(); ++id) {
    const LexicalKind before = pieces[id - 1].kind;
    const LexicalKind kind = pieces[id].kind;
    require(
        before <= kind && before != LexicalKind::control,
        where,
        "the id {} is {} after {}; ids go BYTE, PUNCT, WS_RUN, LEARNED and one "
        "CONTROL",
        id,
        name_of(kind),
        name_of(before));
  }
}

/// A piece may have the bytes of a BYTE entry; the others differ.
void check_distinct(const LexicalVocabulary& pieces, std::string_view where) {
  std::unordered_map<std::string_view, size_t> ids;
  for (size_t id = kBytePieces; id < pieces.size(); ++id) {
    const auto [other, is_new] = ids.emplace(pieces[id].bytes, id);
    if (is_new) continue;
    fail(
        where,
        "the ids {} and {} have the same bytes, \"{}\"",
        other->second,
        id,
        to_hex(pieces[id].bytes));
  }
}

} // namespace

LexicalVocabulary lexical_base_pieces() {
  LexicalVocabulary pieces;
  for (size_t byte = 0; byte < kBytePieces; ++byte) {
    pieces.push_back(
        {LexicalKind::byte, std::string(1, static_cast<char>(byte))});
  }
  for (const char mark : kPunctuation) {
    pieces.push_back({LexicalKind::punct, std::string(1, mark)});
  }
  for (size_t spaces = 2; spaces <= kLongestSpaceRun; ++spaces) {
    pieces.push_back({LexicalKind::ws_run, std::string(spaces, ' ')});
  }
  return pieces;
}

LexicalVocabulary parse_lexical_vocabulary(
    std::string_view json, std::string_view where) {
  const Json list = parse_json(json, where);
  require(
      list.is_array(),
      where,
      "is no lexical tokenizer: it must be a JSON list of pieces, but is a "
      "JSON {}",
      list.type_name());
  std::vector<Entry> entries;
  entries.reserve(list.size());
  for (const Json& entry : list) {
    entries.push_back(parse_entry(entry, entries.size(), where));
  }
  LexicalVocabulary pieces = arrange(std::move(entries), where);
  check_blocks(pieces, where);
  for (size_t id = 0; id < pieces.size(); ++id) {
    check_bytes(pieces[id], id, where);
  }
  check_distinct(pieces, where);
  return pieces;
}

std::string format_lexical_vocabulary(const LexicalVocabulary& vocabulary) {
  std::string text;
  for (size_t id = 0; id < vocabulary.size(); ++id) {
    const LexicalPiece& piece = vocabulary[id];
    const bool space_prefix =
        piece.kind == LexicalKind::learned && piece.bytes[0] == ' ';
    text += fmt::format(
        "{}{{\"id\": {}, \"kind\": \"{}\", \"bytes_hex\": \"{}\", "
        "\"space_prefix\": {}}}",
        id == 0 ? "[" : ",\n",
        id,
        name_of(piece.kind),
        to_hex(std::string_view(piece.bytes).substr(space_prefix ? 1 : 0)),
        space_prefix);
  }
  return text + "]\n";
}

} // namespace nanobrain
