#include "nanobrain/run/tf_record.h"

#include <array>

namespace nanobrain {

namespace {

constexpr uint32_t kPolynomial = 0x82f63b78; // Castagnoli's, bits reversed

constexpr std::array<uint32_t, 256> make_table() {
  std::array<uint32_t, 256> table{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc >> 1) ^ ((crc & 1) != 0 ? kPolynomial : 0);
    }
    table[byte] = crc;
  }
  return table;
}
constexpr std::array<uint32_t, 256> kTable = make_table();

/// A CRC of data that holds CRCs is weak: TFRecord rotates and offsets it.
uint32_t masked_crc(std::string_view bytes) {
  const uint32_t crc = crc32c(bytes);
  return ((crc >> 15) | (crc << 17)) + 0xa282ead8U;
}

template <class T>
void append_little_endian(T value, std::string& out) {
  for (size_t i = 0; i < sizeof(T); ++i) {
    out += static_cast<char>(value >> (8 * i));
  }
}

} // namespace

uint32_t crc32c(std::string_view bytes) {
  uint32_t crc = ~0U;
  for (const char byte : bytes) {
    crc = (crc >> 8) ^ kTable[(crc ^ static_cast<uint8_t>(byte)) & 0xff];
  }
  return ~crc;
}

std::string tf_record(std::string_view data) {
  std::string record;
  append_little_endian(uint64_t{data.size()}, record);
  append_little_endian(masked_crc(record), record);
  record += data;
  append_little_endian(masked_crc(data), record);
  return record;
}

} // namespace nanobrain
