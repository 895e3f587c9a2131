// SHA-256 for files that people exchange, XXH3 for everything inside.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace nanobrain {

/// SHA-256 (OpenSSL) as 64 digits of lower-case hex.
std::string sha256_hex(std::string_view bytes);
std::string sha256_of_file(const std::filesystem::path& path);

/// XXH3 64-bit of a block of bytes; `seed` gives independent functions.
uint64_t hash64(std::string_view bytes, uint64_t seed = 0);

/// XXH3 64-bit of a stream of bytes.
class Hash64 {
 public:
  Hash64();
  ~Hash64();
  void update(const void* data, size_t size);
  uint64_t digest() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

} // namespace nanobrain
