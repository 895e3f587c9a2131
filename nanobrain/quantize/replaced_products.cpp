#include "nanobrain/quantize/replaced_products.h"

#include "nanobrain/kernels/causal_attention.h"
#include "nanobrain/kernels/gelu.h"

namespace nanobrain {

using torch::Tensor;

Tensor hidden_with(
    NanoLM& model,
    const Tensor& embedded,
    const Product& product,
    const OnBlock& on_block) {
  const torch::NoGradGuard no_grad;
  const ModelConfig& config = model->config();
  const GeluKind activation =
      config.activation == "gelu_new" ? GeluKind::kTanh : GeluKind::kErf;
  Tensor x = embedded; // (N, C)
  for (int64_t i = 0; i < config.num_layers; ++i) {
    auto& block = model->h->at<BlockImpl>(static_cast<size_t>(i));
    const std::string name = fmt::format("h.{}.", i);
    const Tensor qkv = product(
        name + "attn.c_attn", block.ln_1->forward(x), block.attn->c_attn->bias);
    const Tensor attended =
        causal_attention(qkv.unsqueeze(0), config.num_heads).squeeze(0);
    x = x + product(name + "attn.c_proj", attended, block.attn->c_proj->bias);
    const Tensor inner = product(
        name + "mlp.c_fc", block.ln_2->forward(x), block.mlp->c_fc->bias);
    x = x + product(
                name + "mlp.c_proj",
                gelu(inner, activation),
                block.mlp->c_proj->bias);
    if (on_block) on_block(i, x);
  }
  return model->ln_f->forward(x);
}

Product f32_product(NanoLM& model) {
  const auto parameters = model->named_parameters();
  return [parameters](
             const std::string& name, const Tensor& x, const Tensor& bias) {
    return torch::linear(x, parameters[name + ".weight"], bias);
  };
}

Product int8_product(const Int8Weights& weights) {
  return [&](const std::string& name, const Tensor& x, const Tensor& bias) {
    const Int8Matrix& w = weights.matrices().at(name);
    const Int8Matrix rows = quantize_rows(x);
    // Sums of products of int8 are exact in f64.
    const Tensor sums = rows.weight.to(torch::kFloat64)
                            .mm(w.weight.to(torch::kFloat64).t())
                            .to(torch::kFloat32); // (N, out)
    const Tensor y = sums * (rows.scale.unsqueeze(1) * w.scale);
    return bias.defined() ? y + bias : y;
  };
}

} // namespace nanobrain
