// A file as a stream of bytes, whatever it lies in.
#pragma once

#include <cstdint>
#include <string_view>

namespace nanobrain {

/// The bytes of a file in blocks, in bounded memory. A file that is truncated
/// or damaged is an Error, never a silent end.
class ByteSource {
 public:
  virtual ~ByteSource() = default;
  /// The next bytes, valid until the next call; empty only at the end.
  virtual std::string_view next_block() = 0;
  /// Bytes of the file itself (compressed) that were read so far.
  virtual int64_t position() const = 0;
};

} // namespace nanobrain
