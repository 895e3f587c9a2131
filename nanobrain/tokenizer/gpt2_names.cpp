#include "nanobrain/tokenizer/gpt2_names.h"

#include <array>
#include <cstdint>

#include "nanobrain/base/utf8.h"

namespace nanobrain {

namespace {

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

} // namespace nanobrain
