#include "nanobrain/quantize/int8_weights.h"

#include <algorithm>

#include "nanobrain/base/error.h"
#include "nanobrain/base/safetensors.h"
#include "nanobrain/runtime/model_file.h"

namespace nanobrain {

using torch::Tensor;

namespace {

constexpr std::string_view kWeight = ".weight";

DType dtype_of(const Tensor& tensor) {
  switch (tensor.scalar_type()) {
    case torch::kInt8:
      return DType::kI8;
    case torch::kFloat16:
      return DType::kF16;
    default:
      return DType::kF32;
  }
}

/// The biases of norms are named after these modules.
bool is_linear_bias(const std::string& name) {
  return name.ends_with(".bias") && name.find("ln_") == name.npos;
}

} // namespace

Int8Weights::Int8Weights(NanoLM& model) {
  const torch::NoGradGuard no_grad;
  for (const auto& item : model->named_parameters()) {
    const std::string& name = item.key();
    const Tensor values =
        item.value().detach().to(torch::kCPU, torch::kFloat32).contiguous();
    require(
        values.isfinite().all().item<bool>(),
        "quantize",
        "{} holds NaN or infinity: the model is broken, take an earlier "
        "checkpoint",
        name);
    if (name == "wpe.weight") {
      positions_ = values.to(torch::kFloat16);
      require(
          positions_.isfinite().all().item<bool>(),
          "quantize",
          "{} has values beyond f16, in which positions are kept",
          name);
      add(name, positions_);
    } else if (values.dim() == 2) {
      const Int8Matrix matrix = quantize_rows(values);
      matrices_.emplace(name.substr(0, name.size() - kWeight.size()), matrix);
      add(name, matrix.weight);
      add(name + ".scale", matrix.scale);
    } else if (!is_linear_bias(name) || values.any().item<bool>()) {
      add(name, values);
    }
  }
}

void Int8Weights::add(const std::string& name, const Tensor& values) {
  tensors_.emplace_back("transformer." + name, values);
}

int64_t Int8Weights::bytes(const std::string& prefix) const {
  int64_t sum = 0;
  for (const auto& [name, values] : tensors_) {
    if (name.starts_with("transformer." + prefix)) {
      sum += static_cast<int64_t>(values.nbytes());
    }
  }
  return sum;
}

void Int8Weights::write(const std::filesystem::path& file) const {
  auto tensors = tensors_;
  std::ranges::stable_sort(tensors, std::ranges::greater(), [](const auto& t) {
    return t.second.element_size();
  });
  std::vector<std::pair<std::string, TensorView>> views;
  for (const auto& [name, values] : tensors) {
    views.emplace_back(
        name,
        TensorView{
            dtype_of(values),
            values.sizes().vec(),
            {static_cast<const std::byte*>(values.const_data_ptr()),
             values.nbytes()}});
  }
  write_safetensors(
      file,
      views,
      {{"format", ModelFile::kFormat},
       {"version", std::to_string(ModelFile::kVersion)}});
}

} // namespace nanobrain
