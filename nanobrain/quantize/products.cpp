#include "nanobrain/quantize/products.h"

#include <ATen/core/dispatch/Dispatcher.h>
#include <c10/util/Exception.h>

#include "nanobrain/base/error.h"
#include "nanobrain/config/parameters.h"
#include "nanobrain/kernels/causal_attention.h"

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
std::map<const c10::TensorImpl*, c10::IValue> pack_matrices(
    NanoLM& model, const c10::OperatorHandle& pack) {
  std::map<const c10::TensorImpl*, c10::IValue> packed;
  const auto tensors = model->named_parameters();
  for (const Parameter& p : list_parameters(model->config())) {
    if (p.int8_storage() != Int8Storage::kRows) continue;
    const Tensor& weight = tensors[p.name];
    packed[weight.unsafeGetTensorImpl()] =
        call(pack, {to_quantized_tensor(weight), c10::IValue()});
  }
  return packed;
}

} // namespace

Tensor hidden_with(
    NanoLM& model,
    const Tensor& embedded,
    const Product& product,
    const OnBlock& on_block) {
  const torch::NoGradGuard no_grad;
  const ModelConfig& config = model->config();
  const GeluKind activation = gelu_kind(config);
  const auto apply = [&](const Linear& linear, const Tensor& input) {
    return product(input, linear->weight, linear->bias);
  };
  Tensor x = embedded; // (N, C)
  for (int64_t i = 0; i < config.num_layers; ++i) {
    auto& block = model->h->at<BlockImpl>(static_cast<size_t>(i));
    const Tensor qkv = apply(block.attn->c_attn, block.ln_1->forward(x));
    const Tensor attended =
        causal_attention(qkv.unsqueeze(0), config.num_heads).squeeze(0);
    x = x + apply(block.attn->c_proj, attended);
    const Tensor inner = apply(block.mlp->c_fc, block.ln_2->forward(x));
    x = x + apply(block.mlp->c_proj, gelu(inner, activation));
    if (on_block) on_block(i, x);
  }
  return model->ln_f->forward(x);
}

Product int8_product(const Int8Weights& weights) {
  return [&](const Tensor& x, const Tensor& weight, const Tensor& bias) {
    const Int8Matrix& w = weights.matrix(weight);
    const Int8Matrix rows = quantize_rows(x);
    // Sums of products of int8 are exact in f64.
    const Tensor sums = rows.weight.to(torch::kFloat64)
                            .mm(w.weight.to(torch::kFloat64).t())
                            .to(torch::kFloat32); // (N, out)
    const Tensor y = sums * (rows.scale.unsqueeze(1) * w.scale);
    return bias.defined() ? y + bias : y;
  };
}

Product torch_dynamic_product(
    NanoLM& model, const DynamicOperators& operators) {
  const torch::NoGradGuard no_grad;
  const auto multiply = find_operator(operators.multiply);
  std::map<const c10::TensorImpl*, c10::IValue> packed;
  try {
    packed = pack_matrices(model, find_operator(operators.pack));
  } catch (const c10::Error& error) {
    fail("dynamic", "{}", error.what_without_backtrace());
  } catch (const std::exception& error) { // fbgemm's, off x86
    fail("dynamic", "LibTorch cannot pack int8 weights here: {}", error.what());
  }
  return [packed, multiply](
             const Tensor& x, const Tensor& weight, const Tensor& bias) {
    constexpr bool kReduceRange = true;
    const c10::IValue& matrix = packed.at(weight.unsafeGetTensorImpl());
    const Tensor y =
        call(multiply, {x.contiguous(), matrix, kReduceRange}).toTensor();
    return bias.defined() ? y + bias : y;
  };
}

} // namespace nanobrain
