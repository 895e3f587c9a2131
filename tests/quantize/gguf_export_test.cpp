// GGUF files as a reader written from the specification sees them.
#include "nanobrain/quantize/gguf_export.h"

#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"
#include "nanobrain/model/huggingface.h"
#include "tests/support/support.h"
#include "tests/tokenizer/gpt2_small.h"
#include "tests/tokenizer/lexical_small.h"
#include "tests/tokenizer/texts.h"

namespace nanobrain {
namespace {

using namespace nanobrain::testing;
using ::testing::IsEmpty;
namespace fs = std::filesystem;

constexpr const char* kNoPython = "no test Python: cmake/bootstrap.sh --tests";

ModelConfig small_config(int64_t vocab_size = 70) {
  ModelConfig config;
  config.num_layers = 2;
  config.num_heads = 2;
  config.model_dim = 32;
  config.ffn_dim = 96;
  config.vocab_size = vocab_size;
  config.max_seq_len = 19;
  return config;
}

/// Saves a model whose vectors are random too.
void save_random(
    const fs::path& folder,
    const ModelConfig& config,
    const Tokenizer* tokenizer = nullptr) {
  const torch::NoGradGuard no_grad;
  torch::manual_seed(5);
  NanoLM model(config);
  for (torch::Tensor& parameter : model->parameters()) {
    if (parameter.dim() == 1) parameter.add_(torch::randn_like(parameter), 0.1);
  }
  save_model(folder, model, tokenizer);
}

Json read_back(const fs::path& file, const fs::path& model) {
  const auto script = source_dir() / "tests" / "quantize" / "gguf_reader.py";
  const auto result =
      run_process({python(), script.string(), file.string(), model.string()});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return parse_json(result.out, "gguf_reader.py");
}

TEST(GgufExport, HoldsEveryWeight) {
  if (!fs::exists(python())) GTEST_SKIP() << kNoPython;
  for (const bool bias : {false, true}) {
    for (const std::string type : {"f32", "q8_0"}) {
      SCOPED_TRACE(type + (bias ? " with biases" : ""));
      const TempDir dir;
      ModelConfig config = small_config();
      config.bias = bias;
      save_random(dir / "model", config);
      const ExportReport report = export_model(
          {.model = dir / "model", .output = dir / "m.gguf", .type = type});
      EXPECT_EQ(
          report.bytes, static_cast<int64_t>(fs::file_size(dir / "m.gguf")));
      const Json read = read_back(dir / "m.gguf", dir / "model");
      EXPECT_THAT(read["wrong"], IsEmpty());
      const Json& tensors = read["tensors"];
      EXPECT_EQ(tensors.size(), 4u + 2 * 12); // a zero bias is a bias
      EXPECT_EQ(static_cast<int64_t>(tensors.size()), report.tensors);
      const int matrix = type == "q8_0" ? 8 : 0;
      EXPECT_EQ(tensors["token_embd.weight"]["type"], matrix);
      EXPECT_EQ(tensors["blk.1.ffn_down.weight"]["type"], matrix);
      EXPECT_EQ(
          tensors["blk.1.ffn_down.weight"]["shape"], Json::array({32, 96}));
      EXPECT_EQ(tensors["position_embd.weight"]["type"], 0);
      EXPECT_EQ(tensors["blk.0.attn_qkv.bias"]["type"], 0);
    }
  }
}

TEST(GgufExport, DescribesTheModel) {
  if (!fs::exists(python())) GTEST_SKIP() << kNoPython;
  const TempDir dir;
  save_random(dir / "brain", small_config());
  const auto report = export_model(
      {.model = dir / "brain", .output = dir / "m.gguf", .type = "q8_0"});
  const Json metadata = read_back(dir / "m.gguf", dir / "brain")["metadata"];
  const Json expected = {
      {"general.architecture", "gpt2"},
      {"general.name", "brain"},
      {"general.file_type", 7},
      {"general.quantization_version", 2},
      {"gpt2.vocab_size", 70},
      {"gpt2.context_length", 19},
      {"gpt2.embedding_length", 32},
      {"gpt2.feed_forward_length", 96},
      {"gpt2.block_count", 2},
      {"gpt2.attention.head_count", 2},
      {"gpt2.attention.layer_norm_epsilon",
       static_cast<double>(static_cast<float>(1e-5))},
      {"tokenizer.ggml.model", "none"}};
  EXPECT_EQ(metadata, expected);
  EXPECT_EQ(report.tokenizer, "none");
  EXPECT_THAT(report.notes.at(0), ::testing::HasSubstr("has no tokenizer"));
  EXPECT_THAT(report.notes.at(1), ::testing::HasSubstr("tanh formula"));
}

TEST(GgufExport, SentencePieceGoesInWithScoresAndTypes) {
  if (!fs::exists(python())) GTEST_SKIP() << kNoPython;
  const TempDir dir;
  const auto tokenizer = small_tokenizer();
  // Two ids more than the tokenizer has.
  ModelConfig config = small_config(tokenizer->vocab_size() + 2);
  config.activation = "gelu_new";
  save_random(dir / "model", config);
  fs::remove(dir / "model/nanobrain.json"); // a folder of other programs
  tokenizer->save(dir / "model");
  const auto report =
      export_model({.model = dir / "model", .output = dir / "m.gguf"});
  EXPECT_EQ(report.tokenizer, "llama");
  EXPECT_THAT(report.notes, IsEmpty());
  const Json read = read_back(dir / "m.gguf", dir / "model");
  const Json& metadata = read["metadata"];
  EXPECT_EQ(metadata["tokenizer.ggml.model"], "llama");
  for (const char* key :
       {"add_bos_token", "add_eos_token", "add_space_prefix"}) {
    EXPECT_EQ(metadata["tokenizer.ggml." + std::string(key)], false);
  }
  EXPECT_EQ(metadata["tokenizer.ggml.eos_token_id"], tokenizer->end_of_text());
  const Json& tokens = metadata["tokenizer.ggml.tokens"];
  const Json& scores = metadata["tokenizer.ggml.scores"];
  const Json& types = metadata["tokenizer.ggml.token_type"];
  const auto& pieces = tokenizer->model().pieces;
  ASSERT_EQ(tokens.size(), pieces.size() + 2);
  ASSERT_EQ(scores.size(), pieces.size() + 2);
  ASSERT_EQ(types.size(), pieces.size() + 2);
  for (size_t id = 0; id < pieces.size(); ++id) {
    const std::string text = tokens[id];
    ASSERT_EQ(text, pieces[id].text);
    ASSERT_EQ(scores[id].get<float>(), pieces[id].score);
    const bool is_byte = text.size() == 6 && text.starts_with("<0x");
    const int type = text == "<unk>"                                        ? 2
                     : static_cast<TokenId>(id) == tokenizer->end_of_text() ? 3
                     : is_byte                                              ? 6
                                                                            : 1;
    ASSERT_EQ(types[id], type) << text;
  }
  EXPECT_EQ(types.back(), 5); // unused
  EXPECT_NE(tokens[pieces.size()], tokens[pieces.size() + 1]);
}

TEST(GgufExport, Gpt2GoesInWithItsMerges) {
  if (!fs::exists(python())) GTEST_SKIP() << kNoPython;
  const TempDir dir;
  const auto tokenizer = small_gpt2_tokenizer();
  save_random(
      dir / "model", small_config(tokenizer->vocab_size()), tokenizer.get());
  const auto report =
      export_model({.model = dir / "model", .output = dir / "m.gguf"});
  EXPECT_EQ(report.tokenizer, "gpt2");
  const Json read = read_back(dir / "m.gguf", dir / "model");
  const Json& metadata = read["metadata"];
  EXPECT_EQ(metadata["tokenizer.ggml.pre"], "gpt-2");
  EXPECT_EQ(metadata["tokenizer.ggml.bos_token_id"], tokenizer->end_of_text());
  // The folder's own files say what the lists must be.
  const Json vocab = read_json(dir / "model/vocab.json");
  const Json& tokens = metadata["tokenizer.ggml.tokens"];
  ASSERT_EQ(tokens.size(), vocab.size());
  for (const auto& [name, id] : vocab.items()) {
    ASSERT_EQ(tokens[id.get<size_t>()], name);
  }
  std::string merges;
  for (const auto& merge : metadata["tokenizer.ggml.merges"]) {
    merges += merge.get<std::string>() + "\n";
  }
  const std::string file = read_text(dir / "model/merges.txt");
  EXPECT_EQ(merges, file.substr(file.find('\n') + 1)); // after "#version"
  EXPECT_EQ(metadata["tokenizer.ggml.token_type"][tokenizer->end_of_text()], 3);
}

TEST(GgufExport, ALexicalVocabularyHasNoEquivalentAndIsSaidToBeLeftOut) {
  const TempDir dir;
  const LexicalTokenizer tokenizer(lexical_vocabulary({"abc"}));
  save_random(dir / "model", small_config(tokenizer.vocab_size()), &tokenizer);
  const auto report =
      export_model({.model = dir / "model", .output = dir / "m.gguf"});
  EXPECT_EQ(report.tokenizer, "none");
  EXPECT_THAT(
      report.notes.at(0),
      ::testing::HasSubstr("no equivalent of the lexical tokenizer"));
  EXPECT_EQ(report.to_json()["tokenizer"], "none");
}

TEST(GgufExport, RefusesWhatItCannotWrite) {
  const TempDir dir;
  save_random(dir / "model", small_config());
  const ExportRequest request{
      .model = dir / "model", .output = dir / "m.gguf", .type = "q8_0"};
  ExportRequest other = request;
  other.format = "onnx";
  EXPECT_ERROR(UsageError, "--format must be gguf", export_model(other));
  other = request;
  other.type = "q4_0";
  EXPECT_ERROR(UsageError, "must be f32 or q8_0", export_model(other));

  ModelConfig odd = small_config();
  odd.ffn_dim = 80; // ffn_down has rows of it
  save_random(dir / "odd", odd);
  other = request;
  other.model = dir / "odd";
  EXPECT_ERROR(
      Error,
      "blk.0.ffn_down.weight has rows of 80 values, and Q8_0 takes multiples "
      "of 32; export with --type f32",
      export_model(other));
  EXPECT_FALSE(fs::exists(request.output));

  write_text(request.output, "old");
  EXPECT_ERROR(Error, "m.gguf exists already", export_model(request));
  EXPECT_EQ(read_text(request.output), "old");
  other = request;
  other.force = true;
  export_model(other);
  EXPECT_EQ(read_text(request.output).substr(0, 4), "GGUF");

  fs::rename(
      dir / "model/model.safetensors", dir / "model/model.int8.safetensors");
  EXPECT_ERROR(
      Error, "is an int8 model; name the f32 model", export_model(other));
  other.model = dir / "absent";
  EXPECT_ERROR(Error, "is neither a model folder", export_model(other));
}

} // namespace
} // namespace nanobrain
