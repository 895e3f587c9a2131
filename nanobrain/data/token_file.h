// Token files: documents as ids, each ended by the end-of-text token.
//
// A 256-byte little-endian header, then the ids as u16 or u32:
//   0 magic "NBTOKENS"   8 u32 version   12 u32 bytes per token (2, 4)
//   16 u64 tokens       24 u64 documents 32 u64 source bytes
//   40 u64 vocabulary   48 i64 end-of-text id (-1: none)
//   56 u64 XXH3 of the tokens' bytes    64 char[64] tokenizer hash (hex)
//   128 u64 XXH3 of header bytes 0..127, then zeros
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>

#include "nanobrain/base/checksum.h"
#include "nanobrain/base/file.h"
#include "nanobrain/tokenizer/tokenizer.h"

namespace nanobrain {

/// As they are stored in the header.
struct TokenFileCounts {
  int64_t tokens = 0;
  int64_t documents = 0;
  int64_t source_bytes = 0;
  int64_t vocab_size = 0;
  int64_t end_of_text = -1;
};
struct TokenFileInfo : TokenFileCounts {
  std::string tokenizer_hash;
};

/// Appends documents; the file appears under its name only at finish(). Ids
/// outside the vocabulary and a full disk are an Error.
class TokenFileWriter {
 public:
  TokenFileWriter(const fs::path& path, const Tokenizer& tokenizer);
  /// Adds one document's ids and the end-of-text token.
  void append(std::span<const TokenId> ids, int64_t source_bytes);
  /// The same in steps: any number of parts, then the end.
  void append_part(std::span<const TokenId> ids);
  void end_document(int64_t source_bytes);
  const TokenFileInfo& info() const { return info_; }
  void finish();

 private:
  AtomicFile file_;
  TokenFileInfo info_;
  Hash64 hash_;
  int64_t bytes_per_token_;
  std::string packed_; // ids as they are stored in the file
  void write_ids(std::span<const TokenId> ids);
};

/// Tokens [begin, end) of a file, of which the first only precedes the others.
struct TokenRange {
  int64_t begin = 0;
  int64_t end = 0;
  bool operator==(const TokenRange&) const = default;
};

/// A memory-mapped token file. Opening checks magic, version, header checksum
/// and length against the file's; check_tokens() reads it all.
class TokenFile {
 public:
  explicit TokenFile(const fs::path& path);

  const TokenFileInfo& info() const { return info_; }
  const fs::path& path() const { return path_; }
  int64_t size() const { return info_.tokens; }
  /// `i` is not checked; copy() is.
  TokenId operator[](int64_t i) const {
    return bytes_per_token_ == 2
               ? reinterpret_cast<const uint16_t*>(tokens_)[i]
               : static_cast<TokenId>(
                     reinterpret_cast<const uint32_t*>(tokens_)[i]);
  }
  /// Copies ids [begin, begin + out.size()) as LibTorch's embedding takes them.
  void copy(int64_t begin, std::span<int64_t> out) const;
  /// Error if the checksum is wrong or an id is out of [0, vocab_size).
  void check_tokens() const;
  /// XXH3 of the tokens' bytes, as the header has it.
  uint64_t tokens_hash() const { return tokens_hash_; }
  /// Gives the pages read so far back to the kernel, which keeps them as long
  /// as it has room: a large file then does not count as this process's memory.
  void release_pages() const;
  /// Error unless the file was made with this tokenizer.
  void require_tokenizer(const Tokenizer& tokenizer) const;

 private:
  fs::path path_;
  MappedFile file_;
  TokenFileInfo info_;
  int64_t bytes_per_token_ = 0;
  uint64_t tokens_hash_ = 0;
  const std::byte* tokens_ = nullptr;
};

} // namespace nanobrain
