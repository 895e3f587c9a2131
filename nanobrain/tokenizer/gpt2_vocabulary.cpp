#include "nanobrain/tokenizer/gpt2_vocabulary.h"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <unordered_map>
#include <utility>

#include "nanobrain/base/error.h"
#include "nanobrain/base/json.h"
#include "nanobrain/base/utf8.h"

namespace nanobrain {

namespace {

constexpr struct {
  const char* vocab;
  const char* merges;
} kFileNames[] = {{"vocab.json", "merges.txt"}, {"encoder.json", "vocab.bpe"}};

constexpr std::string_view kVersion = "#version:"; // the first line's

using Ids = std::unordered_map<std::string_view, TokenId>; // of names
using Pieces = std::vector<Gpt2Vocabulary::Piece>;

constexpr size_t kCharacters = 0x100 + 68; // code points from 0 on

bool is_printable(unsigned byte) {
  return (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte != 0xad);
}

struct Alphabet {
  std::array<uint16_t, 256> character_of{};
  std::array<int16_t, kCharacters> byte_of{};

  Alphabet() {
    byte_of.fill(-1);
    uint16_t next = 0x100;
    for (unsigned byte = 0; byte < 256; ++byte) {
      const auto character =
          is_printable(byte) ? static_cast<uint16_t>(byte) : next++;
      character_of[byte] = character;
      byte_of[character] = static_cast<int16_t>(byte);
    }
  }
};

const Alphabet& alphabet() {
  static const Alphabet made;
  return made;
}

/// The pieces with their names alone.
Pieces parse_names(std::string_view text, std::string_view where) {
  constexpr uint64_t kMaxId = std::numeric_limits<TokenId>::max();
  std::vector<std::pair<uint64_t, std::string>> names;
  parse_json_members(text, where, [&](const std::string& name, const Json& id) {
    require(
        id.is_number_unsigned() && id.get<uint64_t>() < kMaxId,
        where,
        "gives \"{}\" the id {}; ids are whole numbers from 0",
        name,
        id.dump());
    names.emplace_back(id.get<uint64_t>(), name);
  });
  std::ranges::stable_sort(names, {}, [](const auto& n) { return n.first; });
  Pieces pieces;
  for (auto& [id, name] : names) {
    require(
        id >= pieces.size(),
        where,
        "gives the id {} to \"{}\" and to \"{}\"; copy the file again",
        id,
        pieces.empty() ? "" : pieces.back().name,
        name);
    require(
        id == pieces.size(),
        where,
        "has no piece for the id {}, but ids up to {}; copy the file again",
        pieces.size(),
        names.back().first);
    pieces.push_back({std::move(name), {}});
  }
  return pieces;
}

Ids index(const Pieces& pieces, std::string_view where) {
  Ids ids;
  for (const auto& piece : pieces) {
    const auto id = static_cast<TokenId>(ids.size());
    const auto [entry, is_new] = ids.emplace(piece.name, id);
    require(
        is_new,
        where,
        "has the piece \"{}\" twice, as {} and {}; copy the file again",
        piece.name,
        entry->second,
        id);
  }
  return ids;
}

std::array<TokenId, 256> find_bytes(const Ids& ids, std::string_view where) {
  std::array<TokenId, 256> byte_ids{};
  for (unsigned byte = 0; byte < 256; ++byte) {
    const std::string name = gpt2_name(std::string(1, static_cast<char>(byte)));
    const auto found = ids.find(name);
    require(
        found != ids.end(),
        where,
        "lacks the piece \"{}\" of the byte 0x{:02x}; every byte must be one",
        name,
        byte);
    byte_ids[byte] = found->second;
  }
  return byte_ids;
}

std::vector<Gpt2Merge> parse_merges(
    std::string_view text, const Ids& ids, const Gpt2Files& files) {
  const std::string where = files.merges.string();
  std::vector<Gpt2Merge> merges;
  std::unordered_map<std::string_view, int64_t> seen; // lines by their text
  int64_t number = 0;
  for (size_t begin = 0, end; begin < text.size(); begin = end + 1) {
    end = std::min(text.find('\n', begin), text.size());
    std::string_view line = text.substr(begin, end - begin);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (++number == 1 && line.starts_with(kVersion)) continue;
    const auto id_of = [&](const std::string& name) {
      const auto found = ids.find(name);
      require(
          found != ids.end(),
          where,
          "line {} (\"{}\") names the piece \"{}\", which {} has not; the two "
          "files do not belong together",
          number,
          replace_invalid_utf8(line),
          replace_invalid_utf8(name),
          files.vocab.string());
      return found->second;
    };
    const size_t space = line.find(' ');
    require(
        space > 0 && space != std::string_view::npos &&
            space + 1 < line.size() &&
            line.find(' ', space + 1) == std::string_view::npos,
        where,
        "line {} is \"{}\"; two pieces separated by a space belong there",
        number,
        replace_invalid_utf8(line));
    const auto [entry, is_new] = seen.emplace(line, number);
    require(
        is_new,
        where,
        "line {} repeats the merge \"{}\" of line {}; copy the file again",
        number,
        line,
        entry->second);
    const std::string left(line.substr(0, space));
    const std::string right(line.substr(space + 1));
    merges.push_back({id_of(left), id_of(right), id_of(left + right)});
  }
  return merges;
}

/// Fills in the bytes of all pieces but the control ones.
void spell_pieces(Gpt2Vocabulary& vocabulary, const Gpt2Files& files) {
  Pieces& pieces = vocabulary.pieces;
  std::vector<bool> made(pieces.size());
  for (const TokenId id : vocabulary.byte_ids) made[id] = true;
  for (const auto& merge : vocabulary.merges) made[merge.result] = true;
  for (size_t id = 0; id < pieces.size(); ++id) {
    auto& [name, bytes] = pieces[id];
    if (!made[id]) {
      require(
          name.starts_with('<') && name.ends_with('>'),
          files.merges.string(),
          "has no merge that makes the piece \"{}\" of {}; is the file whole?",
          name,
          files.vocab.string());
      continue;
    }
    const auto spelled = gpt2_bytes(name);
    require(
        spelled.has_value(),
        files.vocab.string(),
        "has the piece \"{}\", which GPT-2's characters do not spell; is it a "
        "byte-level vocabulary?",
        name);
    bytes = *spelled;
  }
  require(
      !made[vocabulary.end_of_text],
      files.merges.string(),
      "has a merge that makes {}, which must not come out of a text",
      kGpt2EndOfText);
}

} // namespace

std::string gpt2_name(std::string_view bytes) {
  std::string name;
  for (const char byte : bytes) {
    append_utf8(alphabet().character_of[static_cast<uint8_t>(byte)], name);
  }
  return name;
}

std::optional<std::string> gpt2_bytes(std::string_view name) {
  std::string bytes;
  for (size_t i = 0; i < name.size(); ++i) {
    unsigned character = static_cast<uint8_t>(name[i]);
    if (character >= 0x80) {
      // Two bytes of UTF-8: no character of the alphabet has more.
      if ((character & 0xe0) != 0xc0 || ++i == name.size()) return {};
      character =
          (character & 0x1f) << 6 | (static_cast<uint8_t>(name[i]) & 0x3f);
    }
    if (character >= kCharacters || alphabet().byte_of[character] < 0) {
      return {};
    }
    bytes += static_cast<char>(alphabet().byte_of[character]);
  }
  return bytes;
}

std::optional<Gpt2Files> find_gpt2_files(const fs::path& path) {
  const bool is_folder = fs::is_directory(path);
  const fs::path folder = is_folder ? path : path.parent_path();
  std::string lone, missing;
  for (const auto& [vocab, merges] : kFileNames) {
    if (!is_folder && path.filename() != vocab && path.filename() != merges) {
      continue;
    }
    const Gpt2Files files{folder / vocab, folder / merges};
    const bool has_vocab = fs::exists(files.vocab);
    const bool has_merges = fs::exists(files.merges);
    if (has_vocab && has_merges) return files;
    if (has_vocab || has_merges) {
      lone = has_vocab ? vocab : merges;
      missing = has_vocab ? merges : vocab;
    }
  }
  require(
      lone.empty(),
      (folder / lone).string(),
      "is half of a GPT-2 tokenizer; put {} beside it",
      missing);
  return std::nullopt;
}

Gpt2Vocabulary parse_gpt2_vocabulary(
    std::string_view vocab, std::string_view merges, const Gpt2Files& files) {
  const std::string where = files.vocab.string();
  Gpt2Vocabulary vocabulary;
  vocabulary.pieces = parse_names(vocab, where);
  const Ids ids = index(vocabulary.pieces, where);
  vocabulary.byte_ids = find_bytes(ids, where);
  const auto end = ids.find(kGpt2EndOfText);
  require(
      end != ids.end(),
      where,
      "lacks the piece {}, which ends documents",
      kGpt2EndOfText);
  vocabulary.end_of_text = end->second;
  vocabulary.merges = parse_merges(merges, ids, files);
  spell_pieces(vocabulary, files);
  return vocabulary;
}

} // namespace nanobrain
