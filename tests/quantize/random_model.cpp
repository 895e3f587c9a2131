#include "tests/quantize/random_model.h"

#include "nanobrain/base/random.h"
#include "nanobrain/model/huggingface.h"
#include "tests/support/support.h"
#include "tests/tokenizer/gpt2_small.h"

namespace nanobrain::testing {

ModelConfig random_config(int64_t vocab_size, int64_t ffn_dim) {
  return {
      .num_layers = 2,
      .num_heads = 2,
      .model_dim = 32,
      .ffn_dim = ffn_dim,
      .vocab_size = vocab_size,
      .max_seq_len = 19};
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
    const ModelConfig& config,
    const Tokenizer* tokenizer) {
  NanoLM model = random_model(config);
  save_model(folder, model, tokenizer);
}

Json ask_python(const std::string& script, std::vector<std::string> arguments) {
  const auto path = source_dir() / "tests" / "quantize" / script;
  arguments.insert(arguments.begin(), {python(), path});
  const auto result = run_process(arguments);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return parse_json(result.out, script);
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

} // namespace nanobrain::testing
