#include "nanobrain/base/safetensors.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <set>

#include "nanobrain/base/error.h"
#include "nanobrain/base/json.h"
#include "nanobrain/base/nearest.h"

namespace nanobrain {

namespace {

// In the order of DType.
constexpr std::array<std::string_view, 13> kNames = {
    "BOOL",
    "U8",
    "I8",
    "I16",
    "U16",
    "F16",
    "BF16",
    "I32",
    "U32",
    "F32",
    "I64",
    "U64",
    "F64"};
constexpr std::array<int64_t, 13> kSizes = {
    1, 1, 1, 2, 2, 2, 2, 4, 4, 4, 8, 8, 8};

static_assert(std::endian::native == std::endian::little);
constexpr uint64_t kLengthBytes = 8;
constexpr uint64_t kMaxHeaderBytes = 100'000'000; // the format's own limit
constexpr uint64_t kAlignment = 64;
constexpr const char* kMetadata = "__metadata__";

/// Error "[where] message; what to do about it" unless `ok`.
template <class... Args>
void require_sound(
    bool ok,
    const std::string& where,
    fmt::format_string<Args...> format,
    Args&&... args) {
  if (ok) return;
  fail(
      where,
      "{}; the file is damaged or not safetensors; copy or make it again",
      fmt::format(format, std::forward<Args>(args)...));
}

/// The bytes of a tensor, or -1 where they do not fit int64.
int64_t bytes_of(const std::vector<int64_t>& shape, DType dtype) {
  int64_t bytes = size_of(dtype);
  for (const int64_t dim : shape) {
    if (dim < 0 || __builtin_mul_overflow(bytes, dim, &bytes)) return -1;
  }
  return bytes;
}

/// Parses the header and refuses a key that comes twice in one object.
Json parse_header(std::string_view text, const std::string& where) {
  std::vector<std::set<std::string>> open_objects;
  const auto check = [&](int, Json::parse_event_t event, Json& value) {
    if (event == Json::parse_event_t::object_start) {
      open_objects.emplace_back();
    } else if (event == Json::parse_event_t::object_end) {
      open_objects.pop_back();
    } else if (event == Json::parse_event_t::key) {
      const auto& key = value.get_ref<const std::string&>();
      require_sound(
          open_objects.back().insert(key).second,
          where,
          "the header has \"{}\" twice",
          key);
    }
    return true;
  };
  Json header;
  try {
    header = Json::parse(text, check);
  } catch (const Json::exception&) {
    require_sound(false, where, "the header is not valid JSON");
  }
  require_sound(header.is_object(), where, "the header is no object");
  return header;
}

bool is_list_of_sizes(const Json& value) {
  return value.is_array() &&
         std::all_of(value.begin(), value.end(), [](const Json& size) {
           return size.is_number_unsigned() &&
                  size.get<uint64_t>() <= static_cast<uint64_t>(INT64_MAX);
         });
}

/// One entry of the header over the file's data. `where` names file and tensor.
TensorView read_tensor(
    const Json& entry,
    std::span<const std::byte> data,
    const std::string& where) {
  require_sound(
      entry.is_object() && entry.contains("dtype") && entry.contains("shape") &&
          entry.contains("data_offsets") && entry["dtype"].is_string() &&
          is_list_of_sizes(entry["shape"]) &&
          is_list_of_sizes(entry["data_offsets"]) &&
          entry["data_offsets"].size() == 2,
      where,
      "needs a dtype, a shape and two data_offsets");
  TensorView tensor;
  const auto& name = entry["dtype"].get_ref<const std::string&>();
  const auto* dtype = std::ranges::find(kNames, name);
  require(
      dtype != kNames.end(),
      where,
      "has dtype {}, which nanobrain does not read; convert it to F32",
      name);
  tensor.dtype = static_cast<DType>(dtype - kNames.begin());
  tensor.shape = entry["shape"].get<std::vector<int64_t>>();
  const int64_t bytes = bytes_of(tensor.shape, tensor.dtype);
  require_sound(
      bytes >= 0,
      where,
      "has shape {}, whose size overflows",
      entry["shape"].dump());

  const auto begin = entry["data_offsets"][0].get<uint64_t>();
  const auto end = entry["data_offsets"][1].get<uint64_t>();
  require_sound(
      begin <= end && end <= data.size(),
      where,
      "is at bytes {} to {} of {}: outside the file",
      begin,
      end,
      data.size());
  require_sound(
      end - begin == static_cast<uint64_t>(bytes),
      where,
      "has {} bytes, but {} {} needs {}",
      end - begin,
      name,
      entry["shape"].dump(),
      bytes);
  tensor.data = data.subspan(begin, end - begin);
  return tensor;
}

std::string tensor_name(const std::string& file, const std::string& tensor) {
  return file + ": " + tensor;
}

/// The tensors must fill the data exactly: no overlap, no hole, no rest.
void check_layout(
    const std::map<std::string, TensorView>& tensors,
    std::span<const std::byte> data,
    const std::string& file) {
  std::vector<const std::pair<const std::string, TensorView>*> order;
  for (const auto& tensor : tensors) order.push_back(&tensor);
  std::sort(order.begin(), order.end(), [](const auto* a, const auto* b) {
    const auto& x = a->second.data;
    const auto& y = b->second.data;
    return std::pair(x.data(), x.size()) < std::pair(y.data(), y.size());
  });
  const std::byte* end = data.data();
  for (const auto* tensor : order) {
    const auto& bytes = tensor->second.data;
    require_sound(
        bytes.data() == end,
        tensor_name(file, tensor->first),
        "{}",
        bytes.data() < end ? "overlaps the tensor before it"
                           : "has a hole before it");
    end = bytes.data() + bytes.size();
  }
  const auto rest = static_cast<uint64_t>(data.data() + data.size() - end);
  require_sound(rest == 0, file, "has {} bytes after its last tensor", rest);
}

} // namespace

int64_t size_of(DType dtype) {
  return kSizes[static_cast<size_t>(dtype)];
}

std::string_view name_of(DType dtype) {
  return kNames[static_cast<size_t>(dtype)];
}

SafetensorsFile::SafetensorsFile(const fs::path& path)
    : path_(path), file_(path) {
  const std::string where = path.string();
  const std::span<const std::byte> bytes = file_.bytes();
  require_sound(
      bytes.size() >= kLengthBytes,
      where,
      "has {} bytes, too few for a header",
      bytes.size());
  uint64_t length = 0;
  std::memcpy(&length, bytes.data(), kLengthBytes);
  require_sound(
      length <= kMaxHeaderBytes && length <= bytes.size() - kLengthBytes,
      where,
      "claims a header of {} bytes, but has {} bytes",
      length,
      bytes.size());

  const auto* text = reinterpret_cast<const char*>(bytes.data());
  const Json header = parse_header({text + kLengthBytes, length}, where);
  const auto data = bytes.subspan(kLengthBytes + length);
  for (const auto& [name, entry] : header.items()) {
    if (name == kMetadata) {
      require_sound(entry.is_object(), where, "{} is no object", kMetadata);
      for (const auto& [key, value] : entry.items()) {
        require_sound(
            value.is_string(), where, "{} \"{}\" is no string", kMetadata, key);
        metadata_[key] = value.get<std::string>();
      }
    } else {
      tensors_[name] = read_tensor(entry, data, tensor_name(where, name));
    }
  }
  check_layout(tensors_, data, where);
}

const TensorView& SafetensorsFile::at(const std::string& name) const {
  if (const auto it = tensors_.find(name); it != tensors_.end()) {
    return it->second;
  }
  std::vector<std::string> known;
  for (const auto& [key, _] : tensors_) known.push_back(key);
  fail(
      path_.string(),
      "has no tensor \"{}\"{}",
      name,
      suggest_name(name, known));
}

void write_safetensors(
    const fs::path& path,
    const std::vector<std::pair<std::string, TensorView>>& tensors,
    const std::map<std::string, std::string>& metadata) {
  Json header = Json::object();
  if (!metadata.empty()) header[kMetadata] = metadata;
  uint64_t offset = 0;
  for (const auto& [name, tensor] : tensors) {
    const std::string where = tensor_name(path.string(), name);
    require(
        !header.contains(name) && name != kMetadata, where, "is named twice");
    const int64_t bytes = bytes_of(tensor.shape, tensor.dtype);
    require(
        bytes >= 0 && static_cast<uint64_t>(bytes) == tensor.data.size(),
        where,
        "has {} bytes, but its shape and dtype need {}",
        tensor.data.size(),
        bytes);
    header[name] = {
        {"dtype", name_of(tensor.dtype)},
        {"shape", tensor.shape},
        {"data_offsets", {offset, offset + tensor.data.size()}}};
    offset += tensor.data.size();
  }
  std::string text = header.dump();
  const uint64_t used = kLengthBytes + text.size();
  text.append((kAlignment - used % kAlignment) % kAlignment, ' ');

  const uint64_t length = text.size();
  AtomicFile file(path);
  file.write(&length, kLengthBytes);
  file.write(text);
  for (const auto& [_, tensor] : tensors) {
    file.write(tensor.data.data(), tensor.data.size());
  }
  file.commit();
}

} // namespace nanobrain
