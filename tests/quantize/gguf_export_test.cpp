// GGUF files as a reader written from the specification sees them.
#include "nanobrain/quantize/gguf_export.h"

#include <c10/util/Half.h>

#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"
#include "nanobrain/model/huggingface.h"
#include "nanobrain/quantize/gguf_file.h"
#include "tests/quantize/random_model.h"
#include "tests/support/support.h"
#include "tests/tokenizer/gpt2_small.h"
#include "tests/tokenizer/lexical_small.h"
#include "tests/tokenizer/texts.h"

namespace nanobrain {
namespace {

using namespace nanobrain::testing;
using ::testing::IsEmpty;

ModelConfig small_config(int64_t vocab_size = 70) {
  return random_config(vocab_size, /*ffn_dim=*/96);
}

/// Exports the model in a folder.
class GgufExport : public ::testing::Test {
 protected:
  ExportReport export_as(const std::string& type = "f32") const {
    return export_model(
        {.model = dir_ / "brain",
         .output = dir_ / "m.gguf",
         .type = type,
         .force = true});
  }
  Json read_back() const {
    return ask_python("gguf_reader.py", {dir_ / "m.gguf", dir_ / "brain"});
  }
  TempDir dir_;
};

/// Needs the reader.
class GgufFile : public GgufExport {
 protected:
  void SetUp() override {
    if (!fs::exists(python())) GTEST_SKIP() << kNoPython;
  }
};

TEST_F(GgufFile, HoldsEveryWeight) {
  for (const bool bias : {false, true}) {
    for (const std::string type : {"f32", "q8_0"}) {
      SCOPED_TRACE(type + (bias ? " with biases" : ""));
      ModelConfig config = small_config();
      config.bias = bias;
      fs::remove_all(dir_ / "brain");
      save_random(dir_ / "brain", config);
      const ExportReport report = export_as(type);
      EXPECT_EQ(
          report.bytes, static_cast<int64_t>(fs::file_size(dir_ / "m.gguf")));
      const Json read = read_back();
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

TEST_F(GgufFile, DescribesTheModel) {
  save_random(dir_ / "brain", small_config());
  const auto report = export_as("q8_0");
  const Json metadata = read_back()["metadata"];
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

TEST_F(GgufFile, HasThePositionsThatWereTrained) {
  NanoLM model = random_model(small_config());
  save_model(dir_ / "brain", model, nullptr, {{"seq_len", 12}});
  export_as();
  const Json read = read_back();
  EXPECT_EQ(read["metadata"]["gpt2.context_length"], 12);
  EXPECT_EQ(
      read["tensors"]["position_embd.weight"]["shape"], Json::array({12, 32}));
}

TEST_F(GgufFile, SentencePieceGoesInWithScoresAndTypes) {
  const auto tokenizer = small_tokenizer();
  // Two ids more than the tokenizer has.
  ModelConfig config = small_config(tokenizer->vocab_size() + 2);
  config.activation = "gelu_new";
  save_random(dir_ / "brain", config);
  fs::remove(dir_ / "brain/nanobrain.json"); // a folder of other programs
  tokenizer->save(dir_ / "brain");
  const auto report = export_as();
  EXPECT_EQ(report.tokenizer, "llama");
  EXPECT_THAT(report.notes, IsEmpty());
  const Json read = read_back();
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
  for (const Json* list : {&tokens, &scores, &types}) {
    ASSERT_EQ(list->size(), pieces.size() + 2);
  }
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

TEST_F(GgufFile, Gpt2GoesInWithItsMerges) {
  const auto tokenizer = small_gpt2_tokenizer();
  save_random(
      dir_ / "brain", small_config(tokenizer->vocab_size()), tokenizer.get());
  const auto report = export_as();
  EXPECT_EQ(report.tokenizer, "gpt2");
  const Json read = read_back();
  const Json& metadata = read["metadata"];
  EXPECT_EQ(metadata["tokenizer.ggml.pre"], "gpt-2");
  EXPECT_EQ(metadata["tokenizer.ggml.bos_token_id"], tokenizer->end_of_text());
  // The folder's own files say what the lists must be.
  const Json vocab = read_json(dir_ / "brain/vocab.json");
  const Json& tokens = metadata["tokenizer.ggml.tokens"];
  ASSERT_EQ(tokens.size(), vocab.size());
  for (const auto& [name, id] : vocab.items()) {
    ASSERT_EQ(tokens[id.get<size_t>()], name);
  }
  std::string merges;
  for (const auto& merge : metadata["tokenizer.ggml.merges"]) {
    merges += merge.get<std::string>() + "\n";
  }
  const std::string file = read_text(dir_ / "brain/merges.txt");
  EXPECT_EQ(merges, file.substr(file.find('\n') + 1)); // after "#version"
  EXPECT_EQ(metadata["tokenizer.ggml.token_type"][tokenizer->end_of_text()], 3);
}

TEST_F(GgufExport, ALexicalVocabularyIsSaidToBeLeftOut) {
  const LexicalTokenizer tokenizer(lexical_vocabulary({"abc"}));
  save_random(dir_ / "brain", small_config(tokenizer.vocab_size()), &tokenizer);
  const auto report = export_as();
  EXPECT_EQ(report.tokenizer, "none");
  EXPECT_THAT(
      report.notes.at(0),
      ::testing::HasSubstr("no equivalent of the lexical tokenizer"));
  EXPECT_EQ(report.to_json()["tokenizer"], "none");
}

TEST_F(GgufExport, RefusesWhatItCannotWrite) {
  save_random(dir_ / "brain", small_config());
  const ExportRequest request{
      .model = dir_ / "brain", .output = dir_ / "m.gguf", .type = "q8_0"};
  ExportRequest other = request;
  other.format = "onnx";
  EXPECT_ERROR(UsageError, "--format must be gguf", export_model(other));
  other = request;
  other.type = "q4_0";
  EXPECT_ERROR(UsageError, "must be f32 or q8_0", export_model(other));

  save_random(dir_ / "odd", random_config(70, /*ffn_dim=*/80));
  other = request;
  other.model = dir_ / "odd";
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
      dir_ / "brain/model.safetensors", dir_ / "brain/model.int8.safetensors");
  EXPECT_ERROR(
      Error, "is an int8 model; name the f32 model", export_model(other));
  other.model = dir_ / "absent";
  EXPECT_ERROR(Error, "is neither a model folder", export_model(other));
}

float scale_of(const Q8Block& block) {
  return c10::Half(block.scale, c10::Half::from_bits());
}

TEST(GgufQ8, BlocksAreScaledByTheirLargestMagnitude) {
  // Powers of two and 127 of them: every number is exact.
  std::vector<float> values(64, 0.0F);
  values[0] = 127 * 0.25F;
  values[1] = -0.25F;
  values[2] = 2.5F * 0.25F; // a half goes away from zero
  values[3] = -2.5F * 0.25F;
  values[4] = 0.49F * 0.25F;
  values[32] = -127 * 8.0F;
  values[63] = 8.0F;
  const auto blocks = quantize_q8_0(values, "x");
  ASSERT_EQ(blocks.size(), 2u);
  EXPECT_EQ(scale_of(blocks[0]), 0.25F);
  EXPECT_EQ(scale_of(blocks[1]), 8.0F);
  EXPECT_THAT(
      std::span(blocks[0].values).first(6),
      ::testing::ElementsAre(127, -1, 3, -3, 0, 0));
  EXPECT_EQ(blocks[1].values[0], -127);
  EXPECT_EQ(blocks[1].values[31], 1);
}

TEST(GgufQ8, TakesWhatItsScalesHold) {
  for (const float value : {0.0F, 1e-40F, 1e-7F}) {
    const std::vector<float> values(32, value);
    const auto blocks = quantize_q8_0(values, "x");
    EXPECT_EQ(scale_of(blocks[0]), 0.0F) << value;
    EXPECT_EQ(blocks[0].values[7], 0) << value;
  }
  std::vector<float> values(32, 1.0F);
  values[5] = -8.3e6F; // 127 times f16's largest
  quantize_q8_0(values, "x");
  values[5] = -9e6F;
  EXPECT_ERROR(
      Error, "[a.gguf: w] holds 9", quantize_q8_0(values, "a.gguf: w"));
  EXPECT_ERROR(Error, "export with --type f32", quantize_q8_0(values, "w"));
}

} // namespace
} // namespace nanobrain
