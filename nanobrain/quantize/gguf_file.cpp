#include "nanobrain/quantize/gguf_file.h"

#include <c10/util/Half.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"

namespace nanobrain {

namespace {

static_assert(std::endian::native == std::endian::little);

constexpr std::string_view kMagic = "GGUF";
constexpr uint32_t kVersion = 3;
constexpr uint64_t kAlignment = 32; // where general.alignment is not given
constexpr size_t kMaxName = 64;

/// The numbers of gguf_metadata_value_type.
template <class T>
constexpr uint32_t kTypeOf = 0;
template <>
constexpr uint32_t kTypeOf<uint32_t> = 4;
template <>
constexpr uint32_t kTypeOf<int32_t> = 5;
template <>
constexpr uint32_t kTypeOf<float> = 6;
template <>
constexpr uint32_t kTypeOf<bool> = 7;
template <>
constexpr uint32_t kTypeOf<std::string> = 8;
constexpr uint32_t kArray = 9;

/// The part of the file before the tensors, as it grows.
class Header {
 public:
  template <class T>
  void put(T value) {
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof(value));
  }
  void put(const std::string& text) {
    put(static_cast<uint64_t>(text.size()));
    bytes_ += text;
  }
  void put(const GgufValue& value) {
    std::visit([this](const auto& content) { put_typed(content); }, value);
  }
  void put_raw(std::string_view text) { bytes_ += text; }
  const std::string& bytes() const { return bytes_; }

 private:
  template <class T>
  void put_typed(const T& value) {
    put(kTypeOf<T>);
    put(value);
  }
  template <class T>
  void put_typed(const std::vector<T>& values) {
    put(kArray);
    put(kTypeOf<T>);
    put(static_cast<uint64_t>(values.size()));
    for (const T& value : values) put(value);
  }

  std::string bytes_;
};

uint64_t padding_after(uint64_t size) {
  return (kAlignment - size % kAlignment) % kAlignment;
}

std::string make_header(
    const GgufMetadata& metadata, std::span<const GgufTensor> tensors) {
  Header header;
  header.put_raw(kMagic);
  header.put(kVersion);
  header.put(static_cast<uint64_t>(tensors.size()));
  header.put(static_cast<uint64_t>(metadata.size()));
  for (const auto& [key, value] : metadata) {
    header.put(key);
    header.put(value);
  }
  uint64_t offset = 0; // from the end of the padded header
  for (const GgufTensor& tensor : tensors) {
    header.put(tensor.name);
    header.put(static_cast<uint32_t>(tensor.shape.size()));
    // The format names the innermost dimension first.
    for (size_t i = tensor.shape.size(); i > 0; --i) {
      header.put(static_cast<uint64_t>(tensor.shape[i - 1]));
    }
    header.put(static_cast<uint32_t>(tensor.type));
    header.put(offset);
    const uint64_t bytes = static_cast<uint64_t>(tensor.bytes());
    offset += bytes + padding_after(bytes);
  }
  return header.bytes();
}

void require_tensor(const GgufTensor& tensor, const std::string& where) {
  int64_t count = 1;
  for (const int64_t size : tensor.shape) count *= size;
  require(
      count == static_cast<int64_t>(tensor.values.size()) &&
          tensor.name.size() <= kMaxName,
      where,
      "cannot hold the tensor {}: another number of values than its shape has, "
      "or a name longer than {} bytes",
      tensor.name,
      kMaxName);
  require(
      tensor.type != GgmlType::kQ8_0 || tensor.shape.back() % kQ8BlockSize == 0,
      where,
      "{} has rows of {} values, and Q8_0 takes multiples of {}; export with "
      "--type f32",
      tensor.name,
      tensor.shape.back(),
      kQ8BlockSize);
}

} // namespace

int64_t GgufTensor::bytes() const {
  const int64_t count = static_cast<int64_t>(values.size());
  return type == GgmlType::kQ8_0
             ? count / kQ8BlockSize * static_cast<int64_t>(sizeof(Q8Block))
             : count * static_cast<int64_t>(sizeof(float));
}

void write_gguf(
    const std::filesystem::path& path,
    const GgufMetadata& metadata,
    std::span<const GgufTensor> tensors) {
  for (const GgufTensor& tensor : tensors) {
    require_tensor(tensor, path.string());
  }
  AtomicFile file(path);
  const auto pad = [&file] {
    file.write(std::string(padding_after(file.size()), '\0'));
  };
  file.write(make_header(metadata, tensors));
  pad();
  for (const GgufTensor& tensor : tensors) {
    if (tensor.type == GgmlType::kQ8_0) {
      const auto blocks =
          quantize_q8_0(tensor.values, path.string() + ": " + tensor.name);
      file.write(blocks.data(), blocks.size() * sizeof(Q8Block));
    } else {
      file.write(tensor.values.data(), tensor.values.size_bytes());
    }
    pad();
  }
  file.commit();
}

std::vector<Q8Block> quantize_q8_0(
    std::span<const float> values, std::string_view where) {
  std::vector<Q8Block> blocks(values.size() / kQ8BlockSize);
  const float* x = values.data();
  for (Q8Block& block : blocks) {
    float largest = 0;
    for (int64_t i = 0; i < kQ8BlockSize; ++i) {
      largest = std::max(largest, std::abs(x[i]));
    }
    const float scale = largest / 127;
    const c10::Half rounded(scale);
    require(
        std::isfinite(static_cast<float>(rounded)),
        where,
        "holds {}, beyond the f16 scales of Q8_0; export with --type f32",
        largest);
    block.scale = rounded.x;
    // A scale that f16 rounds to zero makes zeros of every q.
    const float inverse = block.scale == 0 ? 0 : 1 / scale;
    for (int64_t i = 0; i < kQ8BlockSize; ++i) {
      block.values[i] = static_cast<int8_t>(std::round(x[i] * inverse));
    }
    x += kQ8BlockSize;
  }
  return blocks;
}

} // namespace nanobrain
