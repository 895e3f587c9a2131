// TFRecord framing, the container of TensorBoard's event files
// (https://www.tensorflow.org/tutorials/load_data/tfrecord).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace nanobrain {

/// CRC-32C (Castagnoli, RFC 3720 appendix B.4).
uint32_t crc32c(std::string_view bytes);

/// One record as it lies in the file: length, its masked CRC, data, their
/// masked CRC; integers little-endian.
std::string tf_record(std::string_view data);

} // namespace nanobrain
