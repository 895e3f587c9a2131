#include "nanobrain/runtime/model_file.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>

#include "nanobrain/base/error.h"
#include "nanobrain/base/json.h"
#include "nanobrain/base/manifest.h"
#include "nanobrain/base/nearest.h"
#include "nanobrain/config/model_folder.h"
#include "nanobrain/runtime/half.h"
#include "nanobrain/runtime/kv_cache.h"

namespace nanobrain {

namespace fs = std::filesystem;

namespace {

constexpr const char* kDamaged = "the file is damaged; copy or make it again";

/// Error unless the two files are as nanobrain.json says, where there is one.
void check_manifest_of(const fs::path& folder) {
  const Json manifest = read_model_manifest(folder);
  if (manifest.is_null()) return;
  const fs::path path = folder / kModelManifest;
  const Json all = manifest.value("files", Json());
  Json ours = Json::object();
  for (const char* name : {kModelConfig, kInt8WeightsFile}) {
    require(
        all.is_object() && all.contains(name),
        path.string(),
        "does not list {}; copy or make the folder again",
        name);
    ours[name] = all[name];
  }
  verify_files(folder, ours);
}

/// The folder's weights, once the checksums are right.
fs::path checked_path(const fs::path& folder) {
  const fs::path path = folder / kInt8WeightsFile;
  require(
      fs::exists(path),
      folder.string(),
      "has no {}; make one of an f32 model with nanobrain quantize",
      kInt8WeightsFile);
  check_manifest_of(folder);
  return path;
}

/// Above it, 255 * 127 * inputs would not fit the int32 of a dot product.
constexpr int64_t kMostInputs = 65'536;
constexpr int64_t kMostCacheBytes = int64_t{4} << 30;

/// Error where the engine cannot run the model.
HuggingFaceConfig read_config(const fs::path& folder) {
  const std::string where = (folder / kModelConfig).string();
  HuggingFaceConfig config = read_model_config(folder);
  const ModelConfig& model = config.model;
  require(
      model.ffn_dim <= kMostInputs,
      where,
      "n_inner must be from 1 to {}, but is {}",
      kMostInputs,
      model.ffn_dim);
  require(
      KeyValueCache::fits(model, kMostCacheBytes),
      where,
      "keys and values of {} layers of {} x {} take more than {} bytes",
      model.num_layers,
      model.max_seq_len,
      model.model_dim,
      kMostCacheBytes);
  return config;
}

void require_known_format(
    const std::map<std::string, std::string>& metadata,
    const std::string& where) {
  const auto value = [&](const char* key) {
    const auto it = metadata.find(key);
    return it == metadata.end() ? std::string() : it->second;
  };
  require(
      value("format") == ModelFile::kFormat,
      where,
      "is not an int8 model of nanobrain: its format is \"{}\", not \"{}\"",
      value("format"),
      ModelFile::kFormat);
  const std::string text = value("version");
  int64_t version = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), version);
  require(
      error == std::errc() && end == text.data() + text.size() && version >= 1,
      where,
      "has version \"{}\", which is none; {}",
      text,
      kDamaged);
  require(
      version <= ModelFile::kVersion,
      where,
      "has version {}, but this nanobrain reads up to {}; update nanobrain",
      version,
      ModelFile::kVersion);
}

} // namespace

ModelFile::ModelFile(const fs::path& folder)
    : path_(checked_path(folder)),
      config_(read_config(folder)),
      file_(path_),
      file_bytes_(static_cast<int64_t>(fs::file_size(path_))) {
  require_known_format(file_.metadata(), path_.string());
}

ModelFile::Matrix ModelFile::matrix(
    const std::string& name, int64_t out, int64_t in) {
  const TensorView& weight = view(name, DType::kI8, {out, in});
  Matrix matrix{
      .weight =
          {reinterpret_cast<const int8_t*>(weight.data.data()),
           weight.data.size()},
      .scale = vector(name + ".scale", out),
      .out = out,
      .in = in};
  require(
      std::memchr(matrix.weight.data(), 0x80, matrix.weight.size()) == nullptr,
      where(name),
      "holds -128; int8 weights are from -127 to 127: {}",
      kDamaged);
  const auto bad =
      std::find_if(matrix.scale.begin(), matrix.scale.end(), [](float scale) {
        return scale <= 0;
      });
  require(
      bad == matrix.scale.end(),
      where(name + ".scale"),
      "value {} is {}, but scales are above 0; {}",
      bad - matrix.scale.begin(),
      bad == matrix.scale.end() ? 0 : *bad,
      kDamaged);
  return matrix;
}

std::vector<float> ModelFile::vector(const std::string& name, int64_t n) {
  const TensorView& tensor = view(name, DType::kF32, {n});
  std::vector<float> values(static_cast<size_t>(n));
  std::memcpy(values.data(), tensor.data.data(), tensor.data.size());
  require_finite(values, name);
  return values;
}

std::vector<float> ModelFile::optional_vector(
    const std::string& name, int64_t n) {
  if (file_.tensors().contains(name)) return vector(name, n);
  asked_for_.insert(name);
  return {};
}

std::vector<float> ModelFile::half_matrix(
    const std::string& name, int64_t rows, int64_t columns) {
  const TensorView& tensor = view(name, DType::kF16, {rows, columns});
  std::vector<float> values(tensor.data.size() / sizeof(uint16_t));
  for (size_t i = 0; i < values.size(); ++i) {
    uint16_t half;
    std::memcpy(&half, tensor.data.data() + i * sizeof half, sizeof half);
    values[i] = half_to_float(half);
  }
  require_finite(values, name);
  return values;
}

void ModelFile::require_all_read() const {
  for (const auto& [name, _] : file_.tensors()) {
    if (asked_for_.contains(name)) continue;
    const std::string nearest =
        nearest_name(name, {asked_for_.begin(), asked_for_.end()});
    fail(
        path_.string(),
        "holds a tensor {} that this model has not{}",
        name,
        nearest.empty() ? "" : "; nearest: " + nearest);
  }
}

const TensorView& ModelFile::view(
    const std::string& name, DType dtype, const std::vector<int64_t>& shape) {
  const TensorView& tensor = file_.at(name);
  asked_for_.insert(name);
  require(
      tensor.dtype == dtype,
      where(name),
      "has dtype {}, but must have {}",
      name_of(tensor.dtype),
      name_of(dtype));
  require(
      tensor.shape == shape,
      where(name),
      "has shape [{}], but config.json says [{}]",
      fmt::join(tensor.shape, ", "),
      fmt::join(shape, ", "));
  return tensor;
}

std::string ModelFile::where(const std::string& name) const {
  return path_.string() + ": " + name;
}

void ModelFile::require_finite(
    const std::vector<float>& values, const std::string& name) const {
  const auto bad = std::find_if(values.begin(), values.end(), [](float value) {
    return !std::isfinite(value);
  });
  require(
      bad == values.end(),
      where(name),
      "value {} is {}, not a finite number; {}",
      bad - values.begin(),
      bad == values.end() ? 0 : *bad,
      kDamaged);
}

} // namespace nanobrain
