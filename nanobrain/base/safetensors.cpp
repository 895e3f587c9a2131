#include "nanobrain/base/safetensors.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <set>

#include "nanobrain/base/error.h"
#include "nanobrain/base/json.h"
#include "nanobrain/base/nearest.h"

namespace nanobrain {

namespace {

struct DTypeInfo {
  std::string_view name;
  int64_t size;
};
// In the order of DType.
constexpr std::array<DTypeInfo, 13> kDTypes = {{
    {"BOOL", 1},
    {"U8", 1},
    {"I8", 1},
    {"I16", 2},
    {"U16", 2},
    {"F16", 2},
    {"BF16", 2},
    {"I32", 4},
    {"U32", 4},
    {"F32", 4},
    {"I64", 8},
    {"U64", 8},
    {"F64", 8},
}};

constexpr uint64_t kLengthBytes = 8;
constexpr uint64_t kMaxHeaderBytes = 100'000'000; // the format's own limit
constexpr uint64_t kAlignment = 64;
constexpr const char* kMetadata = "__metadata__";
constexpr std::string_view kDamaged =
    "the file is damaged or not safetensors; copy or make it again";

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
      require(
          open_objects.back().insert(key).second,
          where,
          "the header has \"{}\" twice; {}",
          key,
          kDamaged);
    }
    return true;
  };
  try {
    Json header = Json::parse(text, check);
    require(header.is_object(), where, "the header is no object; {}", kDamaged);
    return header;
  } catch (const Json::exception&) {
    fail(where, "the header is not valid JSON; {}", kDamaged);
  }
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
  require(
      entry.is_object() && entry.contains("dtype") && entry.contains("shape") &&
          entry.contains("data_offsets") && entry["dtype"].is_string() &&
          is_list_of_sizes(entry["shape"]) &&
          is_list_of_sizes(entry["data_offsets"]) &&
          entry["data_offsets"].size() == 2,
      where,
      "needs a dtype, a shape and two data_offsets; {}",
      kDamaged);
  TensorView tensor;
  const auto& name = entry["dtype"].get_ref<const std::string&>();
  const auto dtype = std::find_if(
      kDTypes.begin(), kDTypes.end(), [&](auto& d) { return d.name == name; });
  require(
      dtype != kDTypes.end(),
      where,
      "has dtype {}, which nanobrain does not read; convert it to F32",
      name);
  tensor.dtype = static_cast<DType>(dtype - kDTypes.begin());
  tensor.shape = entry["shape"].get<std::vector<int64_t>>();
  const int64_t bytes = bytes_of(tensor.shape, tensor.dtype);
  require(
      bytes >= 0,
      where,
      "has shape {}, whose size overflows; {}",
      entry["shape"].dump(),
      kDamaged);

  const auto begin = entry["data_offsets"][0].get<uint64_t>();
  const auto end = entry["data_offsets"][1].get<uint64_t>();
  require(
      begin <= end && end <= data.size(),
      where,
      "lies at bytes {} to {} of {}: outside the file; {}",
      begin,
      end,
      data.size(),
      kDamaged);
  require(
      end - begin == static_cast<uint64_t>(bytes),
      where,
      "has {} bytes, but {} {} needs {}; {}",
      end - begin,
      name,
      entry["shape"].dump(),
      bytes,
      kDamaged);
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
    require(
        bytes.data() == end,
        tensor_name(file, tensor->first),
        "{}; {}",
        bytes.data() < end ? "overlaps the tensor before it"
                           : "has a hole before it",
        kDamaged);
    end = bytes.data() + bytes.size();
  }
  const auto rest = static_cast<uint64_t>(data.data() + data.size() - end);
  require(
      rest == 0,
      file,
      "has {} bytes after its last tensor; {}",
      rest,
      kDamaged);
}

} // namespace

int64_t size_of(DType dtype) {
  return kDTypes[static_cast<size_t>(dtype)].size;
}

std::string_view name_of(DType dtype) {
  return kDTypes[static_cast<size_t>(dtype)].name;
}

SafetensorsFile::SafetensorsFile(const std::filesystem::path& path)
    : path_(path), file_(path) {
  const std::string where = path.string();
  const std::span<const std::byte> bytes = file_.bytes();
  require(
      bytes.size() >= kLengthBytes,
      where,
      "has {} bytes, too few for a header; {}",
      bytes.size(),
      kDamaged);
  uint64_t length = 0;
  for (size_t i = 0; i < kLengthBytes; ++i) {
    length |= std::to_integer<uint64_t>(bytes[i]) << (8 * i);
  }
  require(
      length <= kMaxHeaderBytes && length <= bytes.size() - kLengthBytes,
      where,
      "claims a header of {} bytes, but has {} bytes; {}",
      length,
      bytes.size(),
      kDamaged);

  const auto* text = reinterpret_cast<const char*>(bytes.data());
  const Json header = parse_header({text + kLengthBytes, length}, where);
  const auto data = bytes.subspan(kLengthBytes + length);
  for (const auto& [name, entry] : header.items()) {
    if (name == kMetadata) {
      require(
          entry.is_object(), where, "{} is no object; {}", kMetadata, kDamaged);
      for (const auto& [key, value] : entry.items()) {
        require(
            value.is_string(),
            where,
            "{} \"{}\" is no string; {}",
            kMetadata,
            key,
            kDamaged);
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
    const std::filesystem::path& path,
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

  std::array<unsigned char, kLengthBytes> length;
  for (size_t i = 0; i < kLengthBytes; ++i) {
    length[i] = static_cast<unsigned char>(text.size() >> (8 * i));
  }
  AtomicFile file(path);
  file.write(length.data(), length.size());
  file.write(text);
  for (const auto& [_, tensor] : tensors) {
    file.write(tensor.data.data(), tensor.data.size());
  }
  file.commit();
}

} // namespace nanobrain
