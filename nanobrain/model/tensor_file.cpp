#include "nanobrain/model/tensor_file.h"

#include <algorithm>
#include <cstring>

#include "nanobrain/base/error.h"

namespace nanobrain {

using torch::Tensor;

namespace {

const std::map<DType, torch::ScalarType> kScalarTypes = {
    {DType::kF32, torch::kFloat32},
    {DType::kF16, torch::kFloat16},
    {DType::kBF16, torch::kBFloat16},
    {DType::kI8, torch::kInt8}};

} // namespace

void write_tensors(
    const std::filesystem::path& path,
    const NamedTensors& tensors,
    const std::map<std::string, std::string>& metadata) {
  std::vector<Tensor> owned; // what the views look at
  std::vector<std::pair<std::string, TensorView>> views;
  for (const auto& [name, tensor] : tensors) {
    const Tensor values = tensor.detach().cpu().contiguous();
    owned.push_back(values);
    const auto type = std::ranges::find_if(kScalarTypes, [&](const auto& pair) {
      return pair.second == values.scalar_type();
    });
    require(
        type != kScalarTypes.end(),
        path.string(),
        "cannot hold {} of {}",
        name,
        c10::toString(values.scalar_type()));
    views.emplace_back(
        name,
        TensorView{
            type->first,
            values.sizes().vec(),
            {static_cast<const std::byte*>(values.const_data_ptr()),
             values.nbytes()}});
  }
  write_safetensors(path, views, metadata);
}

Tensor read_tensor(const TensorView& view, const std::string& where) {
  const auto type = kScalarTypes.find(view.dtype);
  require(
      type != kScalarTypes.end() && view.dtype != DType::kI8,
      where,
      "has dtype {}; F32, F16 and BF16 are read",
      name_of(view.dtype));
  Tensor tensor = torch::empty(view.shape, torch::dtype(type->second));
  // The bytes of a file may be unaligned.
  std::memcpy(tensor.data_ptr(), view.data.data(), view.data.size());
  return tensor.to(torch::kFloat32);
}

} // namespace nanobrain
