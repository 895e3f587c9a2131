// The container that ggml's programs read (GGUF version 3,
// https://github.com/ggml-org/ggml/blob/master/docs/gguf.md): a header, typed
// metadata, the tensors' names and shapes, the tensors' bytes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace nanobrain {

/// How a tensor's values are stored; the numbers are those of the format.
enum class GgmlType : uint32_t {
  kF32 = 0,
  kQ8_0 = 8, // blocks of 32 along a row
};

using GgufValue = std::variant<
    uint32_t,
    float,
    bool,
    std::string,
    std::vector<int32_t>,
    std::vector<float>,
    std::vector<std::string>>;

/// Metadata in the order of the file. Keys are ASCII, "gpt2.block_count".
using GgufMetadata = std::vector<std::pair<std::string, GgufValue>>;

/// A tensor to be written: row-major f32 values that somebody else owns.
struct GgufTensor {
  std::string name;
  std::vector<int64_t> shape;
  GgmlType type = GgmlType::kF32;
  std::span<const float> values;

  /// Bytes of the values in the file.
  int64_t bytes() const;
};

/// Writes atomically; every tensor starts at a multiple of 32 bytes. Error that
/// names the file and the tensor where Q8_0 cannot hold it.
void write_gguf(
    const std::filesystem::path& path,
    const GgufMetadata& metadata,
    std::span<const GgufTensor> tensors);

inline constexpr int64_t kQ8BlockSize = 32;

/// Of Q8_0: an f16 scale and 32 int8 numbers; 34 bytes, as in the file.
struct Q8Block {
  uint16_t scale; // the bits of an f16
  int8_t values[kQ8BlockSize];
};
static_assert(sizeof(Q8Block) == 34);

/// values = scale * q with scale = max|values| / 127 of each block; q comes
/// from the scale before it is rounded to f16, halves away from zero, as ggml
/// has it. The number of values is a multiple of 32. Error that begins with
/// `where` where a scale is beyond f16.
std::vector<Q8Block> quantize_q8_0(
    std::span<const float> values, std::string_view where);

} // namespace nanobrain
