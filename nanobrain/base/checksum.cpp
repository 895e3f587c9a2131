// The EVP interface would pull megabytes of ciphers into a static program.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "nanobrain/base/checksum.h"

#include <fcntl.h>
#include <fmt/ranges.h>
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

namespace {

std::string finish(SHA256_CTX& context) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> digest;
  SHA256_Final(digest.data(), &context);
  return fmt::format("{:02x}", fmt::join(digest, ""));
}

} // namespace

std::string sha256_hex(std::string_view bytes) {
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, bytes.data(), bytes.size());
  return finish(context);
}

std::string sha256_of_file(const std::filesystem::path& path) {
  // Read in pieces, not mapped: a map would count as memory of this process.
  const Descriptor fd(path, O_RDONLY);
  if (!fd.is_open()) fail_errno(path, "opened");
  SHA256_CTX context;
  SHA256_Init(&context);
  std::vector<char> block(1 << 16);
  while (true) {
    const ssize_t got = read(fd.get(), block.data(), block.size());
    if (got == 0) return finish(context);
    if (got > 0) SHA256_Update(&context, block.data(), got);
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
