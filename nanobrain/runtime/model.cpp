#include "nanobrain/runtime/model.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <set>
#include <span>
#include <string>

#include "nanobrain/base/error.h"
#include "nanobrain/base/json.h"
#include "nanobrain/base/manifest.h"
#include "nanobrain/base/nearest.h"
#include "nanobrain/base/safetensors.h"
#include "nanobrain/config/model_folder.h"
#include "nanobrain/runtime/float_ops.h"
#include "nanobrain/runtime/half.h"
#include "nanobrain/runtime/kv_cache.h"

namespace nanobrain {

namespace {

constexpr const char* kDamaged = "the file is damaged; copy or make it again";

/// The folder's weights. Error unless they and config.json are as
/// nanobrain.json says, where there is one.
fs::path checked_path(const fs::path& folder) {
  const fs::path path = folder / kInt8WeightsFile;
  require(
      fs::exists(path),
      folder.string(),
      "has no {}; make one of an f32 model with nanobrain quantize",
      kInt8WeightsFile);
  const Json manifest = read_model_manifest(folder);
  if (manifest.empty()) return path;
  const Json all = manifest.value("files", Json());
  Json ours = Json::object();
  for (const char* name : {kModelConfig, kInt8WeightsFile}) {
    require(
        all.is_object() && all.contains(name),
        (folder / kModelManifest).string(),
        "does not list {}; copy or make the folder again",
        name);
    ours[name] = all[name];
  }
  verify_files(folder, ours);
  return path;
}

/// Above it, 255 * 127 * inputs would not fit the int32 of a dot product.
constexpr int64_t kMostInputs = 65'536;
constexpr int64_t kMostCacheBytes = int64_t{4} << 30;

/// Error if the engine cannot run the model.
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

AlignedBuffer<float> padded(const std::vector<float>& values) {
  AlignedBuffer<float> buffer(static_cast<size_t>(
      padded_to_lanes(static_cast<int64_t>(values.size()))));
  std::ranges::copy(values, buffer.data());
  return buffer;
}

} // namespace

/// The files of a folder, checked value by value.
class RuntimeModel::Reader {
 public:
  explicit Reader(const fs::path& folder)
      : path_(checked_path(folder)),
        config_(read_config(folder)),
        file_(path_) {
    require_known_format();
  }

  const HuggingFaceConfig& config() const { return config_; }
  int64_t file_bytes() const {
    return static_cast<int64_t>(fs::file_size(path_));
  }

  /// The tensors `name` and `name`.scale.
  PackedMatrix matrix(const std::string& name, int64_t out, int64_t in) {
    const auto& data = view(name, DType::kI8, {out, in}).data;
    require(
        std::memchr(data.data(), 0x80, data.size()) == nullptr,
        where(name),
        "holds -128; int8 weights are from -127 to 127: {}",
        kDamaged);
    const auto scale = vector(name + ".scale", out);
    refuse(scale, name + ".scale", "but scales are above 0", [](float s) {
      return s <= 0;
    });
    const auto* weight = reinterpret_cast<const int8_t*>(data.data());
    return {{weight, data.size()}, scale, out, in};
  }
  /// An F16 tensor of finite values, (rows, columns), as floats.
  std::vector<float> half_matrix(
      const std::string& name, int64_t rows, int64_t columns) {
    const auto& data = view(name, DType::kF16, {rows, columns}).data;
    std::vector<float> values(data.size() / sizeof(uint16_t));
    for (size_t i = 0; i < values.size(); ++i) {
      uint16_t half;
      std::memcpy(&half, data.data() + i * sizeof half, sizeof half);
      values[i] = half_to_float(half);
    }
    require_finite(values, name);
    return values;
  }
  Norm norm(const std::string& name) {
    const int64_t C = config_.model.model_dim;
    return {
        .weight = padded(vector(name + ".weight", C)),
        .bias = padded(vector(name + ".bias", C))};
  }
  Linear linear(const std::string& name, int64_t out, int64_t in) {
    Linear linear{.weight = matrix(name + ".weight", out, in), .bias = {}};
    const std::string bias = name + ".bias";
    asked_for_.insert(bias);
    if (file_.tensors().contains(bias)) linear.bias = padded(vector(bias, out));
    return linear;
  }
  Layer layer(int64_t layer) {
    const int64_t C = config_.model.model_dim, F = config_.model.ffn_dim;
    const std::string name = fmt::format("transformer.h.{}.", layer);
    return {
        .ln_1 = norm(name + "ln_1"),
        .ln_2 = norm(name + "ln_2"),
        .c_attn = linear(name + "attn.c_attn", 3 * C, C),
        .attn_proj = linear(name + "attn.c_proj", C, C),
        .c_fc = linear(name + "mlp.c_fc", F, C),
        .mlp_proj = linear(name + "mlp.c_proj", C, F)};
  }
  /// Error that names a tensor which none of the above was asked for.
  void require_all_read() const {
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

 private:
  void require_known_format() const {
    const std::string file = path_.string();
    const auto value = [&](const char* key) {
      const auto found = file_.metadata().find(key);
      return found == file_.metadata().end() ? std::string() : found->second;
    };
    require(
        value("format") == kFormat,
        file,
        "is not an int8 model of nanobrain: its format is \"{}\", not \"{}\"",
        value("format"),
        kFormat);
    const std::string text = value("version");
    const char* end = text.data() + text.size();
    int64_t version = 0;
    const auto [rest, error] = std::from_chars(text.data(), end, version);
    require(
        error == std::errc() && rest == end && version >= 1,
        file,
        "has version \"{}\", which is none; {}",
        text,
        kDamaged);
    require(
        version <= kVersion,
        file,
        "has version {}, but this nanobrain reads up to {}; update nanobrain",
        version,
        kVersion);
  }
  /// A copy of an F32 tensor of n finite values, which may be at any address.
  std::vector<float> vector(const std::string& name, int64_t n) {
    const TensorView& tensor = view(name, DType::kF32, {n});
    std::vector<float> values(static_cast<size_t>(n));
    std::memcpy(values.data(), tensor.data.data(), tensor.data.size());
    require_finite(values, name);
    return values;
  }
  const TensorView& view(
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
  std::string where(const std::string& name) const {
    return path_.string() + ": " + name;
  }
  void require_finite(
      const std::vector<float>& values, const std::string& name) const {
    refuse(values, name, "not a finite number", [](float value) {
      return !std::isfinite(value);
    });
  }
  /// Error that names the first value which is bad.
  template <class Bad>
  void refuse(
      const std::vector<float>& values,
      const std::string& name,
      const char* fault,
      const Bad& bad) const {
    const auto found = std::ranges::find_if(values, bad);
    if (found == values.end()) return;
    fail(
        where(name),
        "value {} is {}, {}; {}",
        found - values.begin(),
        *found,
        fault,
        kDamaged);
  }

  fs::path path_;
  HuggingFaceConfig config_;
  SafetensorsFile file_;
  std::set<std::string> asked_for_;
};

RuntimeModel::RuntimeModel(Reader& reader)
    : config_(reader.config()), file_bytes_(reader.file_bytes()) {
  for (int64_t layer = 0; layer < config().num_layers; ++layer) {
    layers_.push_back(reader.layer(layer));
  }
  const int64_t C = config().model_dim;
  final_norm_ = reader.norm("transformer.ln_f");
  positions_ =
      reader.half_matrix("transformer.wpe.weight", config().max_seq_len, C);
  head_ = reader.matrix("transformer.wte.weight", config().vocab_size, C);
  reader.require_all_read();
}

std::shared_ptr<const RuntimeModel> RuntimeModel::load(
    const std::filesystem::path& folder) {
  Reader reader(folder);
  return std::shared_ptr<const RuntimeModel>(new RuntimeModel(reader));
}

void RuntimeModel::embed(int64_t id, float* x) const {
  constexpr int64_t kBlock = PackedMatrix::kBlock, kGroup = 4;
  const int64_t C = config().model_dim;
  const int8_t* block = head_.block(id / kBlock) + id % kBlock * kGroup;
  const float scale = head_.scale()[id];
  for (int64_t i = 0; i < C; i += kGroup) {
    const int64_t n = std::min(kGroup, C - i);
    for (int64_t k = 0; k < n; ++k) {
      x[i + k] = static_cast<float>(block[i * kBlock + k]) * scale;
    }
  }
}

} // namespace nanobrain
