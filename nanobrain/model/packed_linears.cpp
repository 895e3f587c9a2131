#include "nanobrain/model/packed_linears.h"

namespace nanobrain {

namespace {

template <class Use>
void each_linear(NanoLM& model, const Use& use) {
  for (const auto& module : model->modules(/*include_self=*/false)) {
    if (auto* linear = module->as<LinearImpl>()) use(*linear);
  }
}

} // namespace

PackedLinears::PackedLinears(NanoLM& model) : model_(model) {
  if (!model->device().is_cpu() || model->config().model_dim < 128) return;
  const int64_t rows = model->config().max_seq_len;
  each_linear(model_, [&](LinearImpl& linear) { linear.pack(rows); });
}

PackedLinears::~PackedLinears() {
  each_linear(model_, [](LinearImpl& linear) { linear.packed.reset(); });
}

} // namespace nanobrain
