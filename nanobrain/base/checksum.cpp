#include "nanobrain/base/checksum.h"

#include <openssl/evp.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <vector>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "nanobrain/base/error.h"

namespace nanobrain {

struct Sha256::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  ~State() { EVP_MD_CTX_free(context); }
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  require(
      state_->context != nullptr &&
          EVP_DigestInit_ex(state_->context, EVP_sha256(), nullptr) == 1,
      "sha256",
      "OpenSSL offers no SHA-256; check its configuration");
}

Sha256::~Sha256() = default;

void Sha256::update(const void* data, size_t size) {
  require(
      EVP_DigestUpdate(state_->context, data, size) == 1,
      "sha256",
      "OpenSSL failed to take {} bytes",
      size);
}

std::string Sha256::hex() {
  std::array<unsigned char, 32> digest;
  require(
      EVP_DigestFinal_ex(state_->context, digest.data(), nullptr) == 1,
      "sha256",
      "OpenSSL failed to end the stream");
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
  // Read in pieces, not mapped: the file may be larger than memory should show.
  std::ifstream file(path, std::ios::binary);
  require(
      file.is_open(),
      path.string(),
      "cannot be opened: {}; check the path",
      std::strerror(errno));
  Sha256 sha;
  std::vector<char> block(1 << 20);
  while (file) {
    file.read(block.data(), static_cast<std::streamsize>(block.size()));
    sha.update(block.data(), static_cast<size_t>(file.gcount()));
  }
  require(
      !file.bad(),
      path.string(),
      "cannot be read: {}; check the path and the disk",
      std::strerror(errno));
  return sha.hex();
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
