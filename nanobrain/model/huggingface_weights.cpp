#include "nanobrain/model/huggingface_weights.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <map>
#include <string>
#include <string_view>

#include "nanobrain/base/error.h"
#include "nanobrain/base/nearest.h"
#include "nanobrain/base/safetensors.h"
#include "nanobrain/config/parameters.h"

namespace nanobrain {

namespace {

using torch::Tensor;

constexpr std::string_view kPrefix = "transformer.";
constexpr std::string_view kHead = "lm_head.weight";
constexpr std::array<std::string_view, 2> kMasks = {
    ".attn.bias", ".attn.masked_bias"};

bool is_mask(std::string_view name) {
  return std::any_of(kMasks.begin(), kMasks.end(), [&](auto ending) {
    return name.ends_with(ending);
  });
}

/// A tensor of the file: its name there without prefix, its shape there, and
/// the parameter it is; none for the zero bias of a model without biases.
struct Entry {
  std::string name;
  std::vector<int64_t> shape;
  Tensor parameter;
  bool transposed = false;
};

/// Every tensor that a file of this model holds, in the order of the layers.
std::vector<Entry> list_entries(NanoLM& model) {
  std::vector<Entry> entries;
  const auto tensors = model->named_parameters();
  for (const Parameter& p : list_parameters(model->config())) {
    auto shape = p.shape;
    if (p.transposed()) std::swap(shape[0], shape[1]);
    entries.push_back(
        {p.name, shape, tensors[p.name].detach(), p.transposed()});
    if (p.role == Role::kMatrix && !model->config().bias) {
      entries.push_back({p.module() + ".bias", {p.shape[0]}, {}, false});
    }
  }
  return entries;
}

torch::ScalarType scalar_type(DType dtype, const std::string& where) {
  switch (dtype) {
    case DType::kF32:
      return torch::kFloat32;
    case DType::kF16:
      return torch::kFloat16;
    case DType::kBF16:
      return torch::kBFloat16;
    default:
      fail(where, "has dtype {}; F32, F16 and BF16 are read", name_of(dtype));
  }
}

bool all_finite(const Tensor& tensor) {
  const float* x = tensor.const_data_ptr<float>();
  return std::all_of(
      x, x + tensor.numel(), [](float value) { return std::isfinite(value); });
}

/// An owned f32 copy: bytes of a file may lie unaligned.
Tensor to_tensor(const TensorView& view, const std::string& where) {
  Tensor tensor =
      torch::empty(view.shape, torch::dtype(scalar_type(view.dtype, where)));
  std::memcpy(tensor.data_ptr(), view.data.data(), view.data.size());
  tensor = tensor.to(torch::kFloat32);
  require(
      all_finite(tensor),
      where,
      "holds values that are not finite; the model is broken");
  return tensor;
}

/// The file's tensors by their names without prefix.
class StoredTensors {
 public:
  explicit StoredTensors(const std::filesystem::path& path)
      : path_(path), file_(path) {
    for (const auto& [stored, view] : file_.tensors()) {
      std::string_view name = stored;
      if (name.starts_with(kPrefix)) {
        name.remove_prefix(kPrefix.size());
      }
      if (is_mask(name)) {
        continue;
      }
      require(
          by_name_.emplace(name, &view).second,
          path_.string(),
          "holds {} twice, with and without \"{}\"",
          name,
          kPrefix);
    }
  }

  /// Takes a tensor out; undefined where there is none.
  Tensor take(const std::string& name, const std::vector<int64_t>& shape) {
    const auto it = by_name_.find(name);
    if (it == by_name_.end()) {
      return {};
    }
    const TensorView& view = *it->second;
    by_name_.erase(it);
    const std::string where = fmt::format("{}: {}", path_.string(), name);
    require(
        view.shape == shape,
        where,
        "has shape [{}], but config.json says [{}]",
        fmt::join(view.shape, ", "),
        fmt::join(shape, ", "));
    return to_tensor(view, where);
  }

  /// Error unless every tensor has been taken out.
  void require_empty(const std::vector<Entry>& entries) const {
    if (by_name_.empty()) {
      return;
    }
    std::vector<std::string> known;
    for (const Entry& entry : entries) {
      known.push_back(entry.name);
    }
    const std::string& name = by_name_.begin()->first;
    const std::string nearest = nearest_name(name, known);
    fail(
        path_.string(),
        "holds a tensor {} that this model has not{}",
        name,
        nearest.empty() ? "" : "; nearest: " + nearest);
  }

 private:
  std::filesystem::path path_;
  SafetensorsFile file_;
  std::map<std::string, const TensorView*, std::less<>> by_name_;
};

} // namespace

void read_weights(const std::filesystem::path& file, NanoLM& model) {
  const torch::NoGradGuard no_grad;
  StoredTensors stored(file);
  const std::vector<Entry> entries = list_entries(model);
  for (const Entry& entry : entries) {
    const Tensor tensor = stored.take(entry.name, entry.shape);
    if (!entry.parameter.defined()) {
      require(
          !tensor.defined() || !tensor.any().item<bool>(),
          file.string(),
          "{} is not zero, but config.json says that there are no biases",
          entry.name);
      continue;
    }
    require(tensor.defined(), file.string(), "has no tensor {}", entry.name);
    Tensor parameter = entry.parameter;
    parameter.copy_(entry.transposed ? tensor.t() : tensor);
  }
  const Tensor head =
      stored.take(std::string(kHead), model->wte->weight.sizes().vec());
  require(
      !head.defined() || head.equal(model->wte->weight.to(torch::kCPU)),
      file.string(),
      "{} differs from wte.weight; heads that are not tied are not supported",
      kHead);
  stored.require_empty(entries);
}

void write_weights(const std::filesystem::path& file, NanoLM& model) {
  std::vector<Tensor> owned; // what the views look at
  std::vector<std::pair<std::string, TensorView>> views;
  for (const Entry& entry : list_entries(model)) {
    Tensor tensor = entry.parameter.defined()
                        ? entry.parameter.to(torch::kCPU, torch::kFloat32)
                        : torch::zeros(entry.shape);
    tensor = (entry.transposed ? tensor.t() : tensor).contiguous();
    owned.push_back(tensor);
    views.emplace_back(
        std::string(kPrefix) + entry.name,
        TensorView{
            DType::kF32,
            entry.shape,
            {static_cast<const std::byte*>(tensor.data_ptr()),
             tensor.nbytes()}});
  }
  write_safetensors(file, views, {{"format", "pt"}});
}

} // namespace nanobrain
