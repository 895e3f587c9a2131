// The EVP interface would pull megabytes of ciphers into a static program.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "nanobrain/base/checksum.h"

#include <fcntl.h>
#include <openssl/sha.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <vector>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "nanobrain/base/descriptor.h"
#include "nanobrain/base/error.h"

namespace nanobrain {

struct Sha256::State {
  SHA256_CTX context;
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  SHA256_Init(&state_->context);
}

Sha256::~Sha256() = default;

void Sha256::update(const void* data, size_t size) {
  SHA256_Update(&state_->context, data, size);
}

std::string Sha256::hex() {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
  SHA256_Final(digest.data(), &state_->context);
  std::string text;
  for (const unsigned char byte : digest) {
    fmt::format_to(std::back_inserter(text), "{:02x}", byte);
  }
  return text;
}

std::string sha256_hex(std::string_view bytes) {
  Sha256 sha;
  sha.update(bytes.data(), bytes.size());
  return sha.hex();
}

std::string sha256_of_file(const std::filesystem::path& path) {
  // Read in pieces, not mapped: a map would count as memory of this process.
  const Descriptor fd(path, O_RDONLY);
  if (!fd.is_open()) fail_errno(path, "opened");
  Sha256 sha;
  std::vector<char> block(1 << 16);
  while (true) {
    const ssize_t got = read(fd.get(), block.data(), block.size());
    if (got == 0) return sha.hex();
    if (got > 0) sha.update(block.data(), static_cast<size_t>(got));
    if (got < 0 && errno != EINTR) fail_errno(path, "read");
  }
}

uint64_t hash64(std::string_view bytes, uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

struct Hash64::State {
  XXH3_state_t xxh;
};

Hash64::Hash64() : state_(std::make_unique<State>()) {
  XXH3_64bits_reset(&state_->xxh);
}

Hash64::~Hash64() = default;

void Hash64::update(const void* data, size_t size) {
  XXH3_64bits_update(&state_->xxh, data, size);
}

uint64_t Hash64::digest() const {
  return XXH3_64bits_digest(&state_->xxh);
}

} // namespace nanobrain
