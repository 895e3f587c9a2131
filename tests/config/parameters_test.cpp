// Counted by hand, number by number.
#include "nanobrain/config/parameters.h"

#include <fmt/format.h>

#include <map>

#include "nanobrain/base/fields.h"
#include "nanobrain/base/safetensors.h"
#include "nanobrain/config/run_config.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

RunConfig nano_brain() {
  RunConfig config; // 2 layers, width 64, FFN 256, 32,294 tokens, context 256
  config.train.batch_size = 32;
  config.train.seq_len = 256;
  config.train.steps = 300;
  return config;
}

TEST(ParameterInventory, CountsOfTheNanoBrain) {
  std::map<Part, int64_t> parts;
  for (const Parameter& p : list_parameters({})) parts[p.part] += p.count();
  EXPECT_EQ(parts[Part::kEmbedder], 2'066'816);
  EXPECT_EQ(parts[Part::kPositions], 16'384);
  EXPECT_EQ(parts[Part::kBlocks], 98'816);
  EXPECT_EQ(parts[Part::kFinalNorm], 128);
  EXPECT_EQ(count_parameters({}), 2'182'144);
}

// Names and shapes of the models that the scripts of tests/golden wrote with
// PyTorch: one without biases, one with.
TEST(ParameterInventory, IsWhatTheGoldenModelsHold) {
  for (const char* name : {"model_erf", "model_tanh"}) {
    const SafetensorsFile file(
        testing::source_dir() / "tests/golden" /
        fmt::format("{}.safetensors", name));
    ModelConfig config;
    read_fields(parse_json(file.metadata().at("config"), name), name, config);
    std::map<std::string, std::vector<int64_t>> expected, listed;
    for (const auto& [key, view] : file.tensors()) {
      if (key.starts_with("weight.")) expected[key.substr(7)] = view.shape;
    }
    for (const Parameter& p : list_parameters(config)) listed[p.name] = p.shape;
    EXPECT_EQ(listed, expected);
  }
}

TEST(ParameterInventory, RolesDecideDecayAndStorage) {
  ModelConfig config;
  config.bias = true;
  for (const Parameter& p : list_parameters(config)) {
    SCOPED_TRACE(p.name);
    EXPECT_EQ(p.decays(), p.shape.size() == 2);
    EXPECT_EQ(p.layer >= 0, p.part == Part::kBlocks);
    EXPECT_EQ(p.transposed(), p.shape.size() == 2 && p.layer >= 0);
    EXPECT_EQ(
        p.huggingface_name(),
        "transformer." + p.module() + p.name.substr(p.name.rfind('.')));
  }
}

// Those that quantize and train take it are in their tests.
TEST(ParameterInventory, AnEntryDecidesCountsFilesInt8AndDecay) {
  const Parameter gate{
      "h.1.mlp.c_gate.weight",
      {256, 64},
      Part::kBlocks,
      Role::kMatrix,
      1,
      "blk.1.ffn_gate"};
  EXPECT_EQ(gate.module(), "h.1.mlp.c_gate");
  EXPECT_EQ(gate.huggingface_name(), "transformer.h.1.mlp.c_gate.weight");
  EXPECT_TRUE(gate.transposed());
  EXPECT_EQ(gate.huggingface_shape(), (std::vector<int64_t>{64, 256}));
  EXPECT_EQ(gate.gguf_name(), "blk.1.ffn_gate.weight");
  EXPECT_TRUE(gate.decays());
  EXPECT_EQ(gate.int8_storage(), Int8Storage::kRows);
  ModelSize size = model_size(nano_brain().model);
  const ModelSize before = size;
  size.add(gate);
  EXPECT_EQ(size.parameters - before.parameters, 256 * 64);
  EXPECT_EQ(size.f32_bytes - before.f32_bytes, 4 * 256 * 64);
  EXPECT_EQ(size.int8_bytes - before.int8_bytes, 256 * 64 + 4 * 256);
}

TEST(Arithmetic, BytesOfTheNanoBrain) {
  const ModelSize size = model_size(nano_brain().model);
  EXPECT_EQ(size.f32_bytes, 4 * 2'182'144);
  // 32,294 rows of 64 bytes and a scale; positions in f16; a block's features
  // are 192 + 64 + 256 + 64 = 576; five norms of 128.
  const int64_t embedder = 32'294 * 64 + 4 * 32'294;
  const int64_t positions = 2 * 256 * 64;
  const int64_t blocks = 2 * (64 * 192 + 64 * 64 + 2 * 64 * 256) + 4 * 2 * 576;
  EXPECT_EQ(size.int8_bytes, embedder + positions + blocks + 4 * 5 * 128);
  ModelConfig biased = nano_brain().model;
  biased.bias = true;
  EXPECT_EQ(model_size(biased).f32_bytes - size.f32_bytes, 4 * 2 * 576);
  EXPECT_EQ(model_size(biased).int8_bytes - size.int8_bytes, 4 * 2 * 576);
}

TEST(Arithmetic, FlopsOfTheNanoBrain) {
  // A block: 64 x 192 + 64 x 64 + 64 x 256 + 256 x 64 = 49,152 weights.
  // Attention in a window of 256: the token at t meets t keys and t values of
  // 64 numbers; 1 + 2 + ... + 256 = 32,896 tokens met, 128.5 at the mean.
  const int64_t weights = 2 * 49'152 + 32'294 * 64;
  const int64_t attention = 2 * 257 * 64; // 2 layers x 2 x 128.5 x 64
  EXPECT_EQ(
      forward_flops_per_token(nano_brain().model, 256),
      2 * (weights + attention));
  EXPECT_EQ(forward_flops_per_token(nano_brain().model, 256), 4'396'032);
  EXPECT_EQ(training_flops(nano_brain()), 3.0 * 4'396'032 * 300 * 32 * 256);
}

TEST(Arithmetic, FlopsGrowByWhatIsAdded) {
  RunConfig config = nano_brain();
  const double two = training_flops(config);
  config.model.num_layers = 3;
  const double per_token = 3.0 * 2 * (49'152 + 257 * 64);
  EXPECT_EQ(training_flops(config) - two, per_token * 300 * 32 * 256);
  config.train.grad_accum_steps = 2;
  EXPECT_EQ(training_flops(config), 2 * (two + per_token * 300 * 32 * 256));
}

} // namespace
} // namespace nanobrain
