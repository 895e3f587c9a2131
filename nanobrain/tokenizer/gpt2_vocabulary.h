// What defines a GPT-2 tokenizer: its pieces, and the merges that make them.
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nanobrain/tokenizer/tokenizer.h"

namespace nanobrain {

struct Gpt2Files {
  std::filesystem::path vocab;  // vocab.json, or encoder.json as OpenAI has it
  std::filesystem::path merges; // merges.txt, or vocab.bpe
};

/// The files in the folder `path`, or the file `path` with its partner beside
/// it. Nothing where there is none of them; Error if one is there without
/// its partner.
std::optional<Gpt2Files> find_gpt2_files(const std::filesystem::path& path);

/// How the files spell the bytes of a piece: each byte as one printable
/// character, so that they stay valid UTF-8 and free of white space. Bytes that
/// Latin-1 prints stand for themselves; the other 68 (control characters, the
/// space, the soft hyphen) are U+0100 and on, in their order: " a\n" is "ĠaĊ".
std::string gpt2_name(std::string_view bytes);

/// The bytes that a name spells; nothing where it has other characters.
std::optional<std::string> gpt2_bytes(std::string_view name);

/// The piece that ends a document.
inline constexpr std::string_view kGpt2EndOfText = "<|endoftext|>";

struct Gpt2Merge {
  TokenId left;
  TokenId right;
  TokenId result;
};

struct Gpt2Vocabulary {
  struct Piece {
    std::string name;  // as in the files (gpt2_name())
    std::string bytes; // what the id stands for; empty: control
  };
  std::vector<Piece> pieces;     // the index is the id
  std::vector<Gpt2Merge> merges; // the first goes first
  std::array<TokenId, 256> byte_ids;
  TokenId end_of_text = -1;
};

/// From the contents of the two files, which `files` names in errors. Error
/// unless the ids are 0, 1, ... once each, every byte and the end of text is a
/// piece, and merges are pairs of pieces, once each, that make a piece. Pieces
/// that no merge makes are control pieces, in angle brackets: <pad>.
Gpt2Vocabulary parse_gpt2_vocabulary(
    std::string_view vocab,
    std::string_view merges,
    const Gpt2Files& files = {"vocab.json", "merges.txt"});

} // namespace nanobrain
