// From an f32 folder to an int8 one, and its report beside NumPy's arithmetic.
#include "nanobrain/quantize/quantize.h"

#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "nanobrain/base/error.h"
#include "nanobrain/base/manifest.h"
#include "nanobrain/base/progress.h"
#include "nanobrain/base/safetensors.h"
#include "nanobrain/model/huggingface.h"
#include "nanobrain/quantize/int8_weights.h"
#include "nanobrain/quantize/quality.h"
#include "nanobrain/runtime/model.h"
#include "tests/inference/with_libtorch.h"
#include "tests/quantize/random_model.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using namespace nanobrain::testing;
using ::testing::IsEmpty;

/// f32/ holds a random model with a tokenizer of its own.
class Quantize : public ::testing::Test {
 protected:
  void SetUp() override { set_progress_enabled(false); }

  void save(ModelConfig config = random_config()) {
    const auto tokenizer = random_tokenizer();
    config.vocab_size = tokenizer->vocab_size();
    save_random(dir_ / "f32", config, tokenizer.get());
  }
  QuantizeRequest request() const {
    QuantizeRequest request;
    request.model = dir_ / "f32";
    request.output = dir_ / "int8";
    request.threads = 1;
    return request;
  }
  QuantizeRequest request_on(const std::string& text) const {
    write_text(dir_ / "text.txt", text);
    QuantizeRequest request = this->request();
    request.text.inputs = {dir_ / "text.txt"};
    return request;
  }

  TempDir dir_;
};

TEST_F(Quantize, HoldsEveryParameterAsTheFormatSays) {
  if (!fs::exists(python())) GTEST_SKIP() << kNoPython;
  for (const bool bias : {false, true}) {
    SCOPED_TRACE(bias ? "with biases" : "without");
    const TempDir dir;
    ModelConfig config = random_config();
    config.bias = bias;
    NanoLM model = random_model(config);
    {
      const torch::NoGradGuard no_grad;
      auto parameters = model->named_parameters();
      parameters["h.1.mlp.c_fc.weight"][3].zero_();
      if (bias) parameters["h.1.mlp.c_proj.bias"].zero_();
    }
    save_model(dir / "f32", model, nullptr);
    quantize_model({.model = dir / "f32", .output = dir / "int8"});
    const Json layout =
        ask_python("int8_peer.py", {"layout", dir / "int8", dir / "f32"});
    EXPECT_THAT(layout["wrong"], IsEmpty());
    EXPECT_EQ(layout["metadata"].size(), 2u);
    EXPECT_EQ(layout["metadata"]["format"], "nanobrain-int8");
    EXPECT_EQ(layout["metadata"]["version"], "1");
    const Json& tensors = layout["tensors"];
    using Stored = std::array<const char*, 3>;
    for (const auto& [name, dtype, shape] :
         {Stored{"wte.weight", "I8", "[70,32]"},
          Stored{"wte.weight.scale", "F32", "[70]"},
          Stored{"wpe.weight", "F16", "[19,32]"},
          Stored{"h.1.attn.c_attn.weight", "I8", "[96,32]"},
          Stored{"h.1.mlp.c_proj.weight", "I8", "[32,80]"},
          Stored{"h.1.ln_1.bias", "F32", "[32]"}}) {
      const Json& tensor = tensors[std::string("transformer.") + name];
      EXPECT_EQ(tensor, Json::array({dtype, Json::parse(shape)})) << name;
    }
    EXPECT_EQ(tensors.contains("transformer.h.1.mlp.c_fc.bias"), bias);
    EXPECT_FALSE(tensors.contains("transformer.h.1.mlp.c_proj.bias")); // zeros
  }
}

TEST_F(Quantize, TheNanoBrainStaysUnderItsSize) {
  NanoLM model(ModelConfig{.vocab_size = 32294});
  save_model(dir_ / "f32", model, nullptr);
  const QuantizeReport report = quantize_model(request());
  EXPECT_LT(report.bytes, 2'350'000);
  EXPECT_EQ(report.bytes, fs::file_size(dir_ / "int8/model.int8.safetensors"));
  int64_t parameters = 0;
  int64_t bytes = 0;
  for (const PartBytes& part : report.parts) {
    parameters += part.parameters;
    bytes += part.int8_bytes;
    EXPECT_GT(part.int8_bytes, 0) << part.name;
  }
  EXPECT_EQ(parameters, 2'182'144);
  EXPECT_EQ(bytes, report.bytes);
  // An embedder in int8, and a scale for each of its rows.
  EXPECT_EQ(report.parts[0].int8_bytes, 32294 * (64 + 4));
  EXPECT_EQ(report.parts[1].int8_bytes, 256 * 64 * 2);
}

TEST_F(Quantize, WritesAWholeFolderAndLeavesTheModelAlone) {
  const auto tokenizer = random_tokenizer();
  NanoLM model = random_model(random_config(tokenizer->vocab_size()));
  save_model(
      dir_ / "f32",
      model,
      tokenizer.get(),
      {{"tokens", 1234}, {"seq_len", 16}});
  const Json before = hash_files(dir_ / "f32");
  quantize_model(request());
  EXPECT_EQ(hash_files(dir_ / "f32"), before);
  const Json manifest = read_json(dir_ / "int8/nanobrain.json");
  verify_files(dir_ / "int8", manifest["files"]);
  EXPECT_EQ(manifest["training"]["tokens"], 1234);
  EXPECT_EQ(manifest["quantized_from"], before["model.safetensors"]);
  EXPECT_EQ(RuntimeModel::load(dir_ / "int8")->trained_context(), 16);
  EXPECT_EQ(manifest["tokenizer_hash"], tokenizer->hash());
  EXPECT_EQ(
      read_json(dir_ / "int8/config.json"),
      read_json(dir_ / "f32/config.json"));
  // Every file of the f32 folder but the weights, as it was.
  for (const auto& [name, hash] : before.items()) {
    if (name == "model.safetensors" || name == "nanobrain.json") continue;
    EXPECT_EQ(manifest["files"][name], hash) << name;
  }
  EXPECT_FALSE(fs::exists(dir_ / "int8/model.safetensors"));
  // The same of a run folder, beside the model, not in it.
  fs::create_directory(dir_ / "run");
  fs::rename(dir_ / "f32", dir_ / "run" / "model");
  quantize_model({.model = dir_ / "run", .output = dir_ / "run" / "int8"});
  EXPECT_EQ(hash_files(dir_ / "run" / "int8"), hash_files(dir_ / "int8"));
}

TEST_F(Quantize, ErrorsOfWeightsAreThoseOfRoundingToAStep) {
  save();
  const QuantizeReport report = quantize_model(request());
  ASSERT_EQ(report.matrices.size(), 2 + 4 * 2u);
  for (const auto& [name, error] : report.matrices) {
    // A normal row of 32 to 80 reaches 2.1 to 2.5 deviations s: steps of
    // s / 55, uniform errors of s / 190. f16 has 11 bits.
    EXPECT_LT(error, name == "wpe" ? 3e-4 : 8e-3) << name;
    EXPECT_GT(error, name == "wpe" ? 5e-5 : 3e-3) << name;
  }
  EXPECT_THAT(report.blocks, IsEmpty());
  EXPECT_EQ(report.to_json()["bits_per_byte_delta"], nullptr);
}

TEST_F(Quantize, ComparesAsNumPyDoes) {
  if (!fs::exists(python())) GTEST_SKIP() << kNoPython;
  for (const bool gpt2 : {false, true}) {
    SCOPED_TRACE(gpt2 ? "biases, tanh" : "no biases, erf");
    fs::remove_all(dir_ / "f32");
    fs::remove_all(dir_ / "int8");
    ModelConfig config = random_config();
    config.bias = gpt2;
    config.activation = gpt2 ? "gelu_new" : "gelu";
    save(config);
    const auto tokenizer = random_tokenizer();
    const std::string text = "the cat sat"; // shorter than the context
    const QuantizeReport report = quantize_model(request_on(text));

    std::vector<std::string> arguments = {
        "score",
        dir_ / "int8",
        dir_ / "f32",
        std::to_string(tokenizer->end_of_text())};
    for (const TokenId id : tokenizer->encode(text)) {
      arguments.push_back(std::to_string(id));
    }
    arguments.push_back(std::to_string(tokenizer->end_of_text()));
    const Json expected = ask_python("int8_peer.py", arguments);
    const auto f32 = expected["f32"].get<std::vector<double>>();
    const auto int8 = expected["int8"].get<std::vector<double>>();
    const auto total = [](const std::vector<double>& nats) {
      return std::accumulate(nats.begin(), nats.end(), 0.0);
    };
    double change = 0; // what quantization does to the tokens' losses
    for (size_t i = 0; i < f32.size(); ++i)
      change += std::abs(int8[i] - f32[i]);
    ASSERT_GT(change, 0.01);

    ASSERT_EQ(report.methods.size(), 2u);
    const MethodQuality& exact = report.methods[0];
    const MethodQuality& quantized = report.methods[1];
    EXPECT_EQ(exact.loss.tokens, static_cast<int64_t>(f32.size()));
    EXPECT_EQ(exact.loss.bytes, static_cast<int64_t>(text.size()));
    EXPECT_NEAR(exact.loss.nats, total(f32), 1e-4);
    // Between f32 and f64 a few of some 5,000 activations are rounded the
    // other way, a step of 1/127 each.
    EXPECT_NEAR(quantized.loss.nats, total(int8), 0.1 * change);
    EXPECT_NEAR(
        quantized.kl_nats,
        expected["kl"].get<double>(),
        0.1 * expected["kl"].get<double>());
    EXPECT_NEAR(quantized.same_top1, expected["same_top1"].get<double>(), 1e-9);
    const auto blocks = expected["block_errors"].get<std::vector<double>>();
    ASSERT_EQ(report.blocks.size(), blocks.size());
    for (size_t i = 0; i < blocks.size(); ++i) {
      EXPECT_NEAR(report.blocks[i].error, blocks[i], 0.05 * blocks[i]);
    }
    EXPECT_NEAR(
        report.to_json()["bits_per_byte_delta"].get<double>(),
        (total(int8) - total(f32)) / std::log(2) /
            static_cast<double>(text.size()),
        0.1 * change);
  }
}

TEST_F(Quantize, ManyWindowsAndProtocolsAddUpToEval) {
  save();
  for (const Protocol protocol :
       {Protocol::kDocuments, Protocol::kHuggingFace}) {
    fs::remove_all(dir_ / "int8");
    QuantizeRequest with = request_on(random_text_of(3000));
    with.text.protocol = protocol;
    with.context = 11;
    const QuantizeReport report = quantize_model(with);
    for (size_t i = 0; i < 2; ++i) {
      EvalRequest eval;
      eval.model = i == 0 ? dir_ / "f32" : dir_ / "int8";
      eval.text = with.text;
      eval.options.context = with.context;
      eval.threads = 1;
      const LossSum expected = run_evaluation(eval, with_libtorch()).model;
      const LossSum& loss = report.methods[i].loss;
      EXPECT_EQ(loss.tokens, expected.tokens);
      EXPECT_EQ(loss.bytes, expected.bytes);
      EXPECT_EQ(loss.documents, expected.documents);
      // Another order of f32 sums over the vocabulary.
      EXPECT_NEAR(loss.nats, expected.nats, 1e-5 * expected.nats);
    }
    EXPECT_GT(report.methods[1].kl_nats, 0);
    EXPECT_LT(report.methods[1].same_top1, 1);
    EXPECT_GT(report.methods[1].same_top1, 0.8);
  }
}

TEST_F(Quantize, LibTorchsOwnInt8IsARowOfTheTable) {
  save();
  QuantizeRequest with = request_on(random_text_of(2000));
  with.method = "dynamic";
  const QuantizeReport report = quantize_model(with);
  ASSERT_EQ(report.methods.size(), 3u);
  const MethodQuality& dynamic = report.methods[2];
  ASSERT_EQ(dynamic.unavailable, "");
  EXPECT_EQ(dynamic.loss.tokens, report.methods[0].loss.tokens);
  EXPECT_GT(dynamic.kl_nats, 0);
  // 7 bits with one scale for all rows are coarser than 8 with one for each.
  EXPECT_GT(dynamic.kl_nats, report.methods[1].kl_nats);
  EXPECT_LT(dynamic.kl_nats, 100 * report.methods[1].kl_nats);
  EXPECT_THAT(
      join_tables(report.tables(), &Table::text),
      ::testing::ContainsRegex("LibTorch dynamic int8 +[0-9]"));
}

TEST_F(Quantize, AMethodThatIsNotThereIsSaidToBe) {
  QuantizeReport report;
  const LossSum loss{.nats = 100, .tokens = 30, .bytes = 90};
  report.methods = {
      {.method = "f32", .loss = loss},
      {.method = "int8", .loss = loss, .kl_nats = 0.25},
      {.method = "other", .unavailable = "[dynamic] none here"}};
  EXPECT_THAT(
      join_tables(report.tables(), &Table::text),
      ::testing::ContainsRegex(
          "other +not available: \\[dynamic\\] none here"));
  const Json methods = report.to_json()["methods"];
  EXPECT_EQ(methods[1]["kl_nats"], 0.25);
  EXPECT_EQ(methods[2]["available"], false);
  EXPECT_EQ(methods[2]["unavailable"], "[dynamic] none here");
  EXPECT_FALSE(methods[2].contains("bits_per_byte"));
}

// The command's test refuses more.
TEST_F(Quantize, RefusesAMethodWithoutATextAndATextWithoutTokens) {
  save();
  QuantizeRequest dynamic = request();
  dynamic.method = "dynamic";
  EXPECT_ERROR(UsageError, "give --text", quantize_model(dynamic));
  EXPECT_ERROR(
      Error, "there is no token to score in", quantize_model(request_on("\n")));
  EXPECT_FALSE(fs::exists(dir_ / "int8"));
}

TEST(WindowOfLogits, TakesAGibibyteAtMost) {
  EXPECT_NO_THROW(require_window_fits(1024, 50'257));
  EXPECT_NO_THROW(require_window_fits(2048, 131'072));
  EXPECT_ERROR(
      UsageError,
      "the logits of 2049 tokens take more than 1 GiB for each method at a "
      "vocabulary of 131072; compare with --context 2048 or less",
      require_window_fits(2049, 131'072));
}

TEST_F(Quantize, RefusesWeightsThatItCannotHold) {
  const torch::NoGradGuard no_grad;
  const auto refused =
      [&](const std::string& name, float value, const std::string& message) {
        NanoLM model = random_model(random_config());
        model->named_parameters()[name].view({-1})[3] = value;
        fs::remove_all(dir_ / "f32");
        save_model(dir_ / "f32", model, nullptr);
        EXPECT_ERROR(Error, name + message, quantize_model(request()));
        EXPECT_FALSE(fs::exists(dir_ / "int8"));
        return model;
      };
  refused("wpe.weight", 1e5, " has values beyond f16");
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (const float value : {std::nanf(""), kInfinity, -kInfinity}) {
    for (const std::string name :
         {"wte.weight", "wpe.weight", "h.1.mlp.c_fc.weight", "h.0.ln_1.bias"}) {
      NanoLM model = refused(name, value, "] holds values that are not finite");
      EXPECT_ERROR(Error, name + " holds NaN or infinity", Int8Weights{model});
    }
  }
}

/// CONTRIBUTING's "to add a parameter kind": a module, and its entry.
TEST_F(Quantize, AnAddedParameterIsStoredAsItsRoleSays) {
  const torch::NoGradGuard no_grad;
  NanoLM model = random_model(random_config());
  const Linear gate = model->h->at<BlockImpl>(1).mlp->register_module(
      "c_gate", Linear(32, 80, /*with_bias=*/false));
  gate->weight.fill_(-0.5F);
  auto inventory = list_parameters(model->config());
  inventory.push_back(
      {"h.1.mlp.c_gate.weight", {80, 32}, Part::kBlocks, Role::kMatrix, 1});
  const Int8Weights before(model), after(*model, inventory);
  EXPECT_EQ(
      after.bytes_by_part().at(Part::kBlocks),
      before.bytes_by_part().at(Part::kBlocks) + inventory.back().int8_bytes());
  EXPECT_TRUE(after.matrix(gate->weight).weight.eq(-127).all().item<bool>());
  after.write(dir_ / "weights");
  const SafetensorsFile file(dir_ / "weights");
  const std::string name = "transformer.h.1.mlp.c_gate.weight";
  EXPECT_EQ(file.at(name).dtype, DType::kI8);
  EXPECT_EQ(file.at(name).shape, (std::vector<int64_t>{80, 32}));
  EXPECT_EQ(file.at(name + ".scale").shape, std::vector<int64_t>{80});
}

TEST_F(Quantize, AnOverflowIsNoFigure) {
  const torch::NoGradGuard no_grad;
  const auto tokenizer = random_tokenizer();
  NanoLM model = random_model(random_config(tokenizer->vocab_size()));
  model->ln_f->weight.fill_(3e38F); // finite, but not times 2
  save_model(dir_ / "f32", model, tokenizer.get());
  EXPECT_ERROR(
      Error,
      "the loss of f32 is not finite: an activation has overflowed",
      quantize_model(request_on("the cat sat")));
}

} // namespace
} // namespace nanobrain
