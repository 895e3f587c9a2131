#include "nanobrain/runtime/model.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <map>
#include <set>
#include <span>
#include <string>
#include <utility>

#include "nanobrain/base/error.h"
#include "nanobrain/base/json.h"
#include "nanobrain/base/manifest.h"
#include "nanobrain/base/nearest.h"
#include "nanobrain/base/safetensors.h"
#include "nanobrain/config/model_folder.h"
#include "nanobrain/config/parameters.h"
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

} // namespace

/// The files of a folder, checked value by value.
class RuntimeModel::Reader {
 public:
  explicit Reader(const fs::path& folder)
      : path_(checked_path(folder)),
        config_(read_config(folder)),
        trained_context_(
            nanobrain::trained_context(folder, config_.model.max_seq_len)),
        file_(path_) {
    require_known_format();
    for (const Parameter& p : list_stored_parameters(config_.model)) read(p);
    require_all_known();
  }

  const HuggingFaceConfig& config() const { return config_; }
  int64_t trained_context() const { return trained_context_; }
  int64_t file_bytes() const {
    return static_cast<int64_t>(fs::file_size(path_));
  }

  /// A matrix or a weight in floats, and a bias where there is one.
  struct Module {
    PackedMatrix matrix;
    AlignedBuffer<float> weight, bias;
    Norm norm() { return {std::move(weight), std::move(bias)}; }
    Linear linear() { return {std::move(matrix), std::move(bias)}; }
  };
  /// "h.0.attn.c_attn", to be moved from.
  Module& module(const std::string& name) { return modules_.at(name); }

 private:
  void read(const Parameter& p) {
    const std::string name = p.huggingface_name();
    const Int8Storage storage = p.int8_storage();
    known_.insert(name);
    Module& module = modules_[p.module()];
    if (storage == Int8Storage::kRows) {
      module.matrix = read_rows(p);
    } else if (
        storage != Int8Storage::kIfUsed || file_.tensors().contains(name)) {
      const bool half = storage == Int8Storage::kHalf;
      (p.is_bias() ? module.bias : module.weight) =
          read_floats(name, half ? DType::kF16 : DType::kF32, p.shape);
    }
  }
  /// Error that names a tensor which is not in the inventory.
  void require_all_known() const {
    for (const auto& [name, _] : file_.tensors()) {
      if (known_.contains(name)) continue;
      const std::string nearest =
          nearest_name(name, {known_.begin(), known_.end()});
      fail(
          path_.string(),
          "holds a tensor {} that this model has not{}",
          name,
          nearest.empty() ? "" : "; nearest: " + nearest);
    }
  }
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
  PackedMatrix read_rows(const Parameter& p) {
    const std::string name = p.huggingface_name();
    const int64_t out = p.shape[0], in = p.shape[1];
    const auto& data = view(name, DType::kI8, p.shape).data;
    require(
        std::memchr(data.data(), 0x80, data.size()) == nullptr,
        where(name),
        "holds -128; int8 weights are from -127 to 127: {}",
        kDamaged);
    const auto floats = read_floats(p.scale_name(), DType::kF32, {out});
    const std::span scale(floats.data(), static_cast<size_t>(out));
    refuse(scale, p.scale_name(), "but scales are above 0", [](float s) {
      return s <= 0;
    });
    const auto* weight = reinterpret_cast<const int8_t*>(data.data());
    return {{weight, data.size()}, scale, out, in};
  }
  /// A copy of a tensor of finite values, which may be at any address; with
  /// zeros up to a multiple of 16.
  AlignedBuffer<float> read_floats(
      const std::string& name, DType dtype, const std::vector<int64_t>& shape) {
    const auto& data = view(name, dtype, shape).data;
    const int64_t n = std::ssize(data) / size_of(dtype);
    AlignedBuffer<float> values(static_cast<size_t>(padded_to_lanes(n)));
    const bool halves = dtype == DType::kF16;
    if (!halves) std::memcpy(values.data(), data.data(), data.size());
    for (size_t i = 0; halves && i < static_cast<size_t>(n); ++i) {
      uint16_t half;
      std::memcpy(&half, data.data() + i * sizeof half, sizeof half);
      values[i] = half_to_float(half);
    }
    const std::span all(values.data(), values.size());
    refuse(all, name, "not a finite number", [](float value) {
      return !std::isfinite(value);
    });
    return values;
  }
  const TensorView& view(
      const std::string& name, DType dtype, const std::vector<int64_t>& shape) {
    const TensorView& tensor = file_.at(name);
    known_.insert(name);
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
  /// Error that names the first value which is bad.
  template <class Bad>
  void refuse(
      std::span<const float> values,
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
  int64_t trained_context_;
  SafetensorsFile file_;
  std::set<std::string> known_; // tensors that the file may hold
  std::map<std::string, Module> modules_;
};

RuntimeModel::RuntimeModel(Reader& reader)
    : config_(reader.config()),
      trained_context_(reader.trained_context()),
      file_bytes_(reader.file_bytes()),
      final_norm_(reader.module("ln_f").norm()),
      head_(std::move(reader.module("wte").matrix)),
      positions_(std::move(reader.module("wpe").weight)) {
  for (int64_t layer = 0; layer < config().num_layers; ++layer) {
    const std::string block = block_name(layer);
    layers_.push_back(
        {.ln_1 = reader.module(block + ".ln_1").norm(),
         .ln_2 = reader.module(block + ".ln_2").norm(),
         .c_attn = reader.module(block + ".attn.c_attn").linear(),
         .attn_proj = reader.module(block + ".attn.c_proj").linear(),
         .c_fc = reader.module(block + ".mlp.c_fc").linear(),
         .mlp_proj = reader.module(block + ".mlp.c_proj").linear()});
  }
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
