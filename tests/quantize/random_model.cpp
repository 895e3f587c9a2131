#include "tests/quantize/random_model.h"
#include "tests/inference/with_libtorch.h"

#include "nanobrain/base/random.h"
#include "nanobrain/inference/evaluation.h"
#include "nanobrain/model/huggingface.h"
#include "tests/tokenizer/gpt2_small.h"

namespace nanobrain::testing {

ModelConfig random_config(int64_t vocab_size) {
  ModelConfig config;
  config.num_layers = 2;
  config.num_heads = 2;
  config.model_dim = 32;
  config.ffn_dim = 80;
  config.vocab_size = vocab_size;
  config.max_seq_len = 19;
  return config;
}

NanoLM random_model(const ModelConfig& config) {
  const torch::NoGradGuard no_grad;
  torch::manual_seed(5);
  NanoLM model(config);
  for (torch::Tensor& parameter : model->parameters()) {
    if (parameter.dim() == 1) parameter.add_(torch::randn_like(parameter), 0.1);
  }
  return model;
}

std::shared_ptr<const Tokenizer> random_tokenizer() {
  return gpt2_tokenizer(gpt2_text({}));
}

void save_random(
    const std::filesystem::path& folder,
    ModelConfig config,
    const std::shared_ptr<const Tokenizer>& tokenizer) {
  config.vocab_size = tokenizer->vocab_size();
  NanoLM model = random_model(config);
  save_model(folder, model, tokenizer.get());
}

std::string random_text_of(size_t bytes) {
  Random random(9);
  std::string text;
  while (text.size() < bytes) {
    const auto letter = static_cast<char>('a' + random.below(26));
    const char* ends[] = {" ", " ", " ", ". ", "\n\n"};
    text += std::string(1 + random.below(5), letter) + ends[random.below(5)];
  }
  return text;
}

LossSum evaluate_folder(
    const std::filesystem::path& model, const QuantizeRequest& request) {
  EvalRequest eval;
  eval.model = model;
  eval.text = request.text;
  eval.options.context = request.context;
  eval.threads = request.threads;
  return run_evaluation(eval, testing::with_libtorch()).model;
}

} // namespace nanobrain::testing
