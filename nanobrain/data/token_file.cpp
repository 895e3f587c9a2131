#include "nanobrain/data/token_file.h"

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "nanobrain/base/error.h"

namespace nanobrain {
namespace {

static_assert(
    std::endian::native == std::endian::little,
    "token files are little-endian and read in place");

constexpr std::array<char, 8> kMagic = {'N', 'B', 'T', 'O', 'K', 'E', 'N', 'S'};
constexpr uint32_t kVersion = 1;

/// The first 256 bytes of the file, as they are stored there.
struct Header {
  std::array<char, 8> magic = kMagic;
  uint32_t version = kVersion;
  uint32_t bytes_per_token = 0;
  TokenFileCounts counts;
  uint64_t tokens_hash = 0;
  std::array<char, 64> tokenizer_hash = {};
  uint64_t header_hash = 0;
  std::array<char, 120> zeros = {};

  uint64_t own_hash() const {
    return hash64(
        {reinterpret_cast<const char*>(this), offsetof(Header, header_hash)});
  }
};
static_assert(sizeof(Header) == 256 && offsetof(Header, header_hash) == 128);

Header read_header(std::span<const std::byte> file, const fs::path& path) {
  Header header;
  require(!file.empty(), "token file", "{} is empty", path.string());
  require(
      file.size() >= kMagic.size() &&
          std::memcmp(file.data(), kMagic.data(), kMagic.size()) == 0,
      "token file",
      "{} is not a token file; make one with nanobrain prepare",
      path.string());
  require(
      file.size() >= sizeof(Header),
      "token file",
      "{} is cut off inside its header; prepare it again",
      path.string());
  std::memcpy(&header, file.data(), sizeof(Header));
  require(
      header.version <= kVersion,
      "token file",
      "{} has format version {}, but this program reads up to {}; update "
      "nanobrain or prepare the file again",
      path.string(),
      header.version,
      kVersion);
  require(
      header.header_hash == header.own_hash() &&
          std::ranges::all_of(header.zeros, [](char c) { return c == 0; }),
      "token file",
      "the header of {} is damaged; prepare it again",
      path.string());
  return header;
}

/// Bytes of the ids; Error if the file's length is not what the header says.
void check_length(
    const Header& header, size_t file_size, const fs::path& path) {
  const uint64_t payload = file_size - sizeof(Header);
  const uint64_t width = header.bytes_per_token;
  const TokenFileCounts& counts = header.counts;
  require(
      (width == 2 || width == 4) && header.version > 0 &&
          counts.vocab_size >= 0 && counts.vocab_size <= (int64_t{1} << 31) &&
          counts.end_of_text >= -1 && counts.end_of_text < counts.vocab_size,
      "token file",
      "the header of {} makes no sense; prepare it again",
      path.string());
  require(
      payload % width == 0 &&
          payload / width == static_cast<uint64_t>(counts.tokens),
      "token file",
      "{} has {} bytes of tokens, but its header promises {} tokens of {} "
      "bytes: it is truncated or has been added to; prepare it again",
      path.string(),
      payload,
      static_cast<uint64_t>(counts.tokens),
      width);
}

} // namespace

TokenFileWriter::TokenFileWriter(
    const fs::path& path, const Tokenizer& tokenizer)
    : file_(path), bytes_per_token_(tokenizer.vocab_size() <= 65536 ? 2 : 4) {
  info_.vocab_size = tokenizer.vocab_size();
  info_.end_of_text = tokenizer.end_of_text();
  info_.tokenizer_hash = tokenizer.hash();
  require(
      info_.tokenizer_hash.size() == sizeof(Header::tokenizer_hash),
      "token file",
      "a tokenizer hash must have 64 hex digits, but is \"{}\"",
      info_.tokenizer_hash);
  const std::array<char, sizeof(Header)> placeholder = {};
  file_.write(placeholder.data(), placeholder.size());
}

void TokenFileWriter::append(
    std::span<const TokenId> ids, int64_t source_bytes) {
  append_part(ids);
  end_document(source_bytes);
}

void TokenFileWriter::append_part(std::span<const TokenId> ids) {
  for (const TokenId id : ids) {
    require(
        id >= 0 && id < info_.vocab_size,
        "token file",
        "token id {} is outside the vocabulary of {}",
        id,
        info_.vocab_size);
  }
  write_ids(ids);
}

void TokenFileWriter::end_document(int64_t source_bytes) {
  const auto end = static_cast<TokenId>(info_.end_of_text);
  if (end >= 0) write_ids({&end, 1});
  info_.documents += 1;
  info_.source_bytes += source_bytes;
}

void TokenFileWriter::write_ids(std::span<const TokenId> ids) {
  const auto width = static_cast<size_t>(bytes_per_token_);
  packed_.resize(ids.size() * width);
  char* out = packed_.data();
  for (const TokenId id : ids) {
    std::memcpy(out, &id, width); // little-endian: the low bytes come first
    out += width;
  }
  file_.write(packed_);
  hash_.update(packed_.data(), packed_.size());
  info_.tokens += static_cast<int64_t>(ids.size());
}

void TokenFileWriter::finish() {
  Header header;
  header.bytes_per_token = static_cast<uint32_t>(bytes_per_token_);
  header.counts = info_;
  header.tokens_hash = hash_.digest();
  std::ranges::copy(info_.tokenizer_hash, header.tokenizer_hash.begin());
  header.header_hash = header.own_hash();
  file_.write_at(0, &header, sizeof(header));
  file_.commit();
}

TokenFile::TokenFile(const fs::path& path) : path_(path), file_(path) {
  const Header header = read_header(file_.bytes(), path);
  check_length(header, file_.bytes().size(), path);
  info_ = {
      header.counts,
      {header.tokenizer_hash.begin(), header.tokenizer_hash.end()}};
  bytes_per_token_ = header.bytes_per_token;
  tokens_hash_ = header.tokens_hash;
  tokens_ = file_.bytes().data() + sizeof(Header);
}

void TokenFile::copy(int64_t begin, std::span<int64_t> out) const {
  const auto count = static_cast<int64_t>(out.size());
  require(
      begin >= 0 && count <= size() && begin <= size() - count,
      "token file",
      "tokens [{}, {}) are outside {}, which has {}",
      begin,
      begin + count,
      path_.string(),
      size());
  for (int64_t i = 0; i < count; ++i) {
    out[static_cast<size_t>(i)] = (*this)[begin + i];
  }
}

void TokenFile::check_tokens() const {
  constexpr int64_t kBlock = 1 << 22; // tokens
  Hash64 hash;
  int64_t bad = size();
  for (int64_t begin = 0; begin < size(); begin += kBlock) {
    const int64_t end = std::min(begin + kBlock, size());
    hash.update(
        tokens_ + begin * bytes_per_token_,
        static_cast<size_t>((end - begin) * bytes_per_token_));
    for (int64_t i = begin; i < end && bad == size(); ++i) {
      if ((*this)[i] < 0 || (*this)[i] >= info_.vocab_size) bad = i;
    }
    release_pages();
  }
  require(
      hash.digest() == tokens_hash_,
      "token file",
      "the tokens of {} do not have the checksum its header promises: it is "
      "damaged; prepare it again",
      path_.string());
  if (bad < size()) {
    fail(
        "token file",
        "token {} of {} is {}, outside its vocabulary of {}; prepare it again",
        bad,
        path_.string(),
        (*this)[bad],
        info_.vocab_size);
  }
}

void TokenFile::release_pages() const {
  const auto bytes = file_.bytes();
  // Advice alone: where it is not taken, memory is all that is lost.
  madvise(const_cast<std::byte*>(bytes.data()), bytes.size(), MADV_DONTNEED);
}

void TokenFile::require_tokenizer(const Tokenizer& tokenizer) const {
  const std::string hash = tokenizer.hash();
  require(
      hash == info_.tokenizer_hash,
      "token file",
      "{} was made with the tokenizer of hash {}, but this one ({}, {} ids) "
      "has {}; name the tokenizer that prepare saved beside the file, or "
      "prepare it again with this one",
      path_.string(),
      info_.tokenizer_hash,
      tokenizer.kind(),
      tokenizer.vocab_size(),
      hash);
}

} // namespace nanobrain
