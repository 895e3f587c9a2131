#include "nanobrain/quantize/torch_dynamic.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <c10/util/Exception.h>

#include "nanobrain/base/error.h"
#include "nanobrain/config/parameters.h"
#include "nanobrain/quantize/int8_matrix.h"

namespace nanobrain {

using torch::Tensor;

namespace {

/// LibTorch warns that its quantized tensors will go one day; the user who
/// asked for them by name can do nothing about it.
class SilentWarnings : public c10::WarningHandler {
 public:
  void process(const c10::Warning& /*warning*/) override {}
};

c10::OperatorHandle find_operator(const char* name) {
  const auto found = c10::Dispatcher::singleton().findSchema({name, ""});
  require(found.has_value(), "dynamic", "this LibTorch has no {}", name);
  return *found;
}

/// Calls an operator that has one result.
c10::IValue call(const c10::OperatorHandle& op, torch::jit::Stack stack) {
  op.callBoxed(stack);
  return stack.at(0);
}

Tensor to_quantized_tensor(const Tensor& weight) {
  SilentWarnings silent;
  const c10::WarningUtils::WarningHandlerGuard guard(&silent);
  const Tensor scale = quantize_rows(weight).scale.to(torch::kFloat64);
  const Tensor zero_point = torch::zeros(scale.sizes(), torch::kInt64);
  return at::quantize_per_channel(
      weight.detach().to(torch::kCPU, torch::kFloat32),
      scale,
      zero_point,
      /*axis=*/0,
      torch::kQInt8);
}

/// Every matrix but the positions; biases are added to the products.
std::map<std::string, c10::IValue> pack_matrices(
    NanoLM& model, const c10::OperatorHandle& pack) {
  std::map<std::string, c10::IValue> packed;
  const auto tensors = model->named_parameters();
  for (const Parameter& p : list_parameters(model->config())) {
    if (p.int8_storage() != Int8Storage::kRows) continue;
    packed[p.module()] =
        call(pack, {to_quantized_tensor(tensors[p.name]), c10::IValue()});
  }
  return packed;
}

} // namespace

Product torch_dynamic_product(
    NanoLM& model, const DynamicOperators& operators) {
  const torch::NoGradGuard no_grad;
  const auto multiply = find_operator(operators.multiply);
  std::map<std::string, c10::IValue> packed;
  try {
    packed = pack_matrices(model, find_operator(operators.pack));
  } catch (const c10::Error& error) {
    fail("dynamic", "{}", error.what_without_backtrace());
  }
  return [packed, multiply](
             const std::string& name, const Tensor& x, const Tensor& bias) {
    constexpr bool kReduceRange = true;
    const Tensor y =
        call(multiply, {x.contiguous(), packed.at(name), kReduceRange})
            .toTensor();
    return bias.defined() ? y + bias : y;
  };
}

} // namespace nanobrain
