#include "nanobrain/tokenizer/gpt2_vocabulary.h"

#include <limits>
#include <unordered_map>
#include <utility>

#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"
#include "nanobrain/base/json.h"
#include "nanobrain/base/utf8.h"
#include "nanobrain/tokenizer/gpt2_names.h"

namespace nanobrain {

namespace fs = std::filesystem;

namespace {

constexpr struct {
  const char* vocab;
  const char* merges;
} kFileNames[] = {{"vocab.json", "merges.txt"}, {"encoder.json", "vocab.bpe"}};

constexpr std::string_view kVersion = "#version:";

using Ids = std::unordered_map<std::string_view, TokenId>; // of names
using Pieces = std::vector<Gpt2Vocabulary::Piece>;

/// The pieces with their names alone.
Pieces parse_names(std::string_view text, std::string_view where) {
  constexpr int64_t kMaxId = std::numeric_limits<TokenId>::max();
  std::unordered_map<int64_t, std::string> names;
  int64_t last = -1;
  parse_json_members(text, where, [&](const std::string& name, const Json& id) {
    require(
        id.is_number_unsigned() && id.get<uint64_t>() < kMaxId,
        where,
        "gives \"{}\" the id {}; ids are whole numbers from 0",
        name,
        id.dump());
    const auto [entry, is_new] = names.emplace(id.get<int64_t>(), name);
    require(
        is_new,
        where,
        "gives the id {} to \"{}\" and to \"{}\"; copy the file again",
        entry->first,
        entry->second,
        name);
    last = std::max(last, entry->first);
  });
  Pieces pieces;
  for (int64_t id = 0; id <= last; ++id) {
    const auto found = names.find(id);
    require(
        found != names.end(),
        where,
        "has no piece for the id {}, but ids up to {}; copy the file again",
        id,
        last);
    pieces.push_back({std::move(found->second), {}});
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

/// The lines of a merges file, numbered from 1, without the version on top.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {
    if (rest_.starts_with(kVersion)) next();
  }
  bool next() {
    if (rest_.empty()) return false;
    const size_t end = std::min(rest_.find('\n'), rest_.size());
    line_ = rest_.substr(0, end);
    if (line_.ends_with('\r')) line_.remove_suffix(1);
    rest_.remove_prefix(std::min(end + 1, rest_.size()));
    ++number_;
    return true;
  }
  std::string_view line() const { return line_; }
  int64_t number() const { return number_; }

 private:
  std::string_view rest_;
  std::string_view line_;
  int64_t number_ = 0;
};

std::vector<Gpt2Merge> parse_merges(
    std::string_view text, const Ids& ids, const Gpt2Files& files) {
  const std::string where = files.merges.string();
  std::vector<Gpt2Merge> merges;
  std::unordered_map<std::string_view, int64_t> seen; // lines by their text
  for (Lines lines(text); lines.next();) {
    const std::string_view line = lines.line();
    const auto id_of = [&](const std::string& name) {
      const auto found = ids.find(name);
      require(
          found != ids.end(),
          where,
          "line {} (\"{}\") names the piece \"{}\", which {} has not; the two "
          "files do not belong together",
          lines.number(),
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
        "line {} is \"{}\"; two pieces parted by a space belong there",
        lines.number(),
        replace_invalid_utf8(line));
    const auto [entry, is_new] = seen.emplace(line, lines.number());
    require(
        is_new,
        where,
        "line {} repeats the merge \"{}\" of line {}; copy the file again",
        lines.number(),
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

Gpt2Vocabulary read_gpt2_vocabulary(const Gpt2Files& files) {
  return parse_gpt2_vocabulary(
      read_file(files.vocab), read_file(files.merges), files);
}

} // namespace nanobrain
