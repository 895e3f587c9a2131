#include "nanobrain/quantize/int8_weights.h"

#include <algorithm>

#include "nanobrain/base/error.h"
#include "nanobrain/config/model_folder.h"
#include "nanobrain/runtime/model.h"

namespace nanobrain {

using torch::Tensor;

Tensor Int8Matrix::dequantized() const {
  return weight.to(torch::kFloat32) * scale.unsqueeze(1);
}

Int8Matrix quantize_rows(const Tensor& matrix) {
  constexpr float kMost = 127;
  const torch::NoGradGuard no_grad;
  const Tensor rows = matrix.to(torch::kCPU, torch::kFloat32);
  Tensor scale = rows.abs().amax(1) / kMost; // (out)
  // Zeros, and values too small to have a 127th part.
  scale = torch::where(scale > 0, scale, torch::ones_like(scale));
  const Tensor rounded =
      (rows / scale.unsqueeze(1)).round().clamp(-kMost, kMost);
  return {rounded.to(torch::kInt8).contiguous(), scale.contiguous()};
}

double relative_error(const Tensor& approximate, const Tensor& exact) {
  const torch::NoGradGuard no_grad;
  const Tensor reference = exact.to(torch::kCPU, torch::kFloat64);
  const double difference =
      (approximate.to(torch::kCPU, torch::kFloat64) - reference)
          .norm()
          .item<double>();
  return difference == 0 ? 0 : difference / reference.norm().item<double>();
}

Int8Weights::Int8Weights(NanoLM& model)
    : Int8Weights(*model, list_parameters(model->config())) {}

Int8Weights::Int8Weights(
    const torch::nn::Module& model, const std::vector<Parameter>& inventory) {
  const torch::NoGradGuard no_grad;
  const auto parameters = model.named_parameters();
  for (const Parameter& p : inventory) add(p, parameters[p.name]);
}

void Int8Weights::add(const Parameter& p, const Tensor& parameter) {
  const Tensor values =
      parameter.detach().to(torch::kCPU, torch::kFloat32).contiguous();
  require(
      values.isfinite().all().item<bool>(),
      "quantize",
      "{} holds NaN or infinity: the model is broken, take an earlier "
      "checkpoint",
      p.name);
  const std::string name = p.huggingface_name();
  const auto store = [&](const std::string& as, const Tensor& tensor) {
    tensors_.emplace_back(as, tensor);
    bytes_by_part_[p.part] += static_cast<int64_t>(tensor.nbytes());
  };
  switch (p.int8_storage()) {
    case Int8Storage::kRows: {
      const Int8Matrix matrix = quantize_rows(values);
      matrices_.emplace(parameter.unsafeGetTensorImpl(), matrix);
      store(name, matrix.weight);
      store(p.scale_name(), matrix.scale);
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
  write_tensors(
      file,
      tensors,
      {{"format", RuntimeModel::kFormat},
       {"version", std::to_string(RuntimeModel::kVersion)}});
}

} // namespace nanobrain
