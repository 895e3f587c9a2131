// The same models in transformers and here.
#include "nanobrain/base/error.h"
#include "nanobrain/model/huggingface.h"
#include "tests/golden/stored_tensor.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using testing::TempDir;
using torch::Tensor;

testing::ProcessResult run_peer(std::vector<std::string> arguments) {
  const auto script =
      testing::source_dir() / "tests/model/transformers_peer.py";
  arguments.insert(arguments.begin(), {testing::python(), script});
  return testing::run_process(arguments);
}

Tensor peer_logits(const fs::path& folder) {
  const SafetensorsFile file(folder.string() + ".logits.safetensors");
  return testing::stored_tensor(file.at("logits"));
}

/// Ids that reach both ends of the vocabulary. (2, T)
std::vector<std::vector<int64_t>> make_ids(int64_t vocab_size, int64_t length) {
  std::vector<std::vector<int64_t>> rows(2);
  for (int64_t i = 0; i < 2 * length; ++i) {
    rows[i / length].push_back(i * 7919 % vocab_size);
  }
  rows[1][0] = vocab_size - 1;
  return rows;
}

Tensor to_tensor(const std::vector<std::vector<int64_t>>& rows) {
  return torch::stack({torch::tensor(rows[0]), torch::tensor(rows[1])});
}

void expect_same_logits(const Tensor& ours, const Tensor& theirs) {
  ASSERT_EQ(ours.sizes(), theirs.sizes());
  ASSERT_GT(theirs.std().item<float>(), 0.1F);
  EXPECT_LT((ours - theirs).abs().max().item<float>(), 1e-4F);
}

TEST(Transformers, OpensWhatWeWrite) {
  const TempDir dir;
  const std::vector<ModelConfig> configs = {
      {},
      {.num_layers = 3,
       .num_heads = 3,
       .model_dim = 27,
       .ffn_dim = 50,
       .vocab_size = 97,
       .max_seq_len = 19,
       .bias = false,
       .activation = "gelu",
       .layer_norm_epsilon = 1e-3},
      {.num_layers = 1,
       .num_heads = 5,
       .model_dim = 35,
       .ffn_dim = 31,
       .vocab_size = 83,
       .max_seq_len = 17,
       .bias = true,
       .activation = "gelu_new"}};
  const torch::NoGradGuard no_grad;
  torch::manual_seed(3);
  std::vector<std::string> arguments = {"open"};
  std::vector<Tensor> expected;
  for (const ModelConfig& config : configs) {
    NanoLM model(config);
    for (Tensor& parameter : model->parameters()) {
      if (parameter.dim() == 1) { // norms and biases start from 0 and 1
        parameter.add_(torch::randn_like(parameter), 0.1);
      }
    }
    const std::string folder = dir / fmt::format("model-{}", arguments.size());
    save_model(folder, model, nullptr);
    const auto ids = make_ids(config.vocab_size, config.max_seq_len);
    write_json(folder + ".ids.json", ids);
    expected.push_back(model->forward(to_tensor(ids)));
    arguments.push_back(folder);
  }
  const auto result = run_peer(arguments);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(
      result.out, ::testing::StartsWith(R"({"eos": null, "dropout": 0.0})"));
  for (size_t i = 0; i < expected.size(); ++i) {
    SCOPED_TRACE(arguments[i + 1]);
    expect_same_logits(expected[i], peer_logits(arguments[i + 1]));
  }
}

struct PeerModel {
  std::string name;
  Json config;
  std::string dtype = "float32";
  bool prefix = true;
  int64_t length = 16;
};

// GPT-2 small has 124,439,808 parameters: half a gigabyte of temporary files.
TEST(Transformers, WritesWhatWeOpen) {
  const Json odd = Json::parse(
      R"({"vocab_size": 97, "n_positions": 33, "n_embd": 30, "n_layer": 2,
          "n_head": 3, "initializer_range": 0.15})");
  Json erf = odd;
  erf.update(Json::parse(
      R"({"activation_function": "gelu", "n_inner": 41, "n_embd": 26,
          "n_head": 2, "layer_norm_epsilon": 0.001})"));
  const std::vector<PeerModel> models = {
      {.name = "odd", .config = odd},
      {.name = "erf", .config = erf},
      {.name = "f16", .config = odd, .dtype = "float16"},
      {.name = "bf16", .config = erf, .dtype = "bfloat16"},
      {.name = "published", .config = odd, .prefix = false},
      {.name = "gpt2",
       .config = Json::parse(
           R"({"vocab_size": 50257, "n_positions": 1024, "n_embd": 768,
               "n_layer": 12, "n_head": 12})"),
       .length = 12}};
  const TempDir dir;
  Json cases = Json::array();
  for (const PeerModel& m : models) {
    cases.push_back(
        {{"folder", (dir / m.name).string()},
         {"config", m.config},
         {"dtype", m.dtype},
         {"prefix", m.prefix},
         {"ids", make_ids(m.config["vocab_size"], m.length)}});
  }
  write_json(dir / "cases.json", cases);
  const auto result = run_peer({"make", dir / "cases.json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const torch::NoGradGuard no_grad;
  for (const PeerModel& m : models) {
    SCOPED_TRACE(m.name);
    NanoLM model = load_model(dir / m.name);
    const auto ids = make_ids(m.config["vocab_size"], m.length);
    expect_same_logits(
        model->forward(to_tensor(ids)), peer_logits(dir / m.name));
  }
}

} // namespace
} // namespace nanobrain
