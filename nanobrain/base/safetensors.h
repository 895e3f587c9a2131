// The safetensors format (https://github.com/huggingface/safetensors): an
// 8-byte little-endian header length, a JSON header, the tensors' bytes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "nanobrain/base/file.h"

namespace nanobrain {

enum class DType {
  kBool,
  kU8,
  kI8,
  kI16,
  kU16,
  kF16,
  kBF16,
  kI32,
  kU32,
  kF32,
  kI64,
  kU64,
  kF64
};

/// Bytes of one element.
int64_t size_of(DType dtype);
/// The format's own name: "F32", "I8", ...
std::string_view name_of(DType dtype);

/// A tensor in row-major order over bytes that somebody else owns.
struct TensorView {
  DType dtype = DType::kF32;
  std::vector<int64_t> shape;
  std::span<const std::byte> data;
};

/// A memory-mapped file. Opening checks the whole header: lengths, names,
/// dtypes, offsets inside the file, shape x dtype = bytes, no overlap and no
/// hole; every fault is an Error that names the file and the tensor.
class SafetensorsFile {
 public:
  explicit SafetensorsFile(const fs::path& path);

  const std::map<std::string, TensorView>& tensors() const { return tensors_; }
  const std::map<std::string, std::string>& metadata() const {
    return metadata_;
  }
  /// Error that names the file, the tensor and the nearest name there is.
  const TensorView& at(const std::string& name) const;

 private:
  fs::path path_;
  MappedFile file_;
  std::map<std::string, TensorView> tensors_;
  std::map<std::string, std::string> metadata_;
};

/// Writes atomically, tensors in the given order; the header is padded so that
/// the data starts 64-byte aligned.
void write_safetensors(
    const fs::path& path,
    const std::vector<std::pair<std::string, TensorView>>& tensors,
    const std::map<std::string, std::string>& metadata);

} // namespace nanobrain
