#include "nanobrain/quantize/int8_weights.h"

#include <algorithm>

#include "nanobrain/base/error.h"
#include "nanobrain/base/safetensors.h"
#include "nanobrain/config/model_folder.h"
#include "nanobrain/runtime/model.h"

namespace nanobrain {

using torch::Tensor;

namespace {

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

} // namespace

Int8Weights::Int8Weights(NanoLM& model) {
  const torch::NoGradGuard no_grad;
  const auto parameters = model->named_parameters();
  for (const Parameter& p : list_parameters(model->config())) {
    const Tensor values = parameters[p.name]
                              .detach()
                              .to(torch::kCPU, torch::kFloat32)
                              .contiguous();
    require(
        values.isfinite().all().item<bool>(),
        "quantize",
        "{} holds NaN or infinity: the model is broken, take an earlier "
        "checkpoint",
        p.name);
    add(p, values);
  }
}

void Int8Weights::add(const Parameter& p, const Tensor& values) {
  const std::string name = p.huggingface_name();
  const auto store = [&](const std::string& as, const Tensor& tensor) {
    tensors_.emplace_back(as, tensor);
    bytes_by_part_[p.part] += static_cast<int64_t>(tensor.nbytes());
  };
  switch (p.int8_storage()) {
    case Int8Storage::kRows: {
      const Int8Matrix matrix = quantize_rows(values);
      matrices_.emplace(p.module(), matrix);
      store(name, matrix.weight);
      store(name + ".scale", matrix.scale);
      break;
    }
    case Int8Storage::kHalf:
      positions_ = values.to(torch::kFloat16);
      require(
          positions_.isfinite().all().item<bool>(),
          "quantize",
          "{} has values beyond f16, in which positions are kept",
          p.name);
      store(name, positions_);
      break;
    case Int8Storage::kFloat:
      store(name, values);
      break;
    case Int8Storage::kIfUsed:
      if (values.any().item<bool>()) store(name, values);
  }
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
      {{"format", RuntimeModel::kFormat},
       {"version", std::to_string(RuntimeModel::kVersion)}});
}

} // namespace nanobrain
