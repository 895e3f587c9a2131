// Exported models in llama.cpp itself, where the peers are installed.
#include <cstring>

#include "nanobrain/base/file.h"
#include "nanobrain/model/huggingface.h"
#include "nanobrain/quantize/gguf_export.h"
#include "tests/quantize/random_model.h"
#include "tests/support/support.h"
#include "tests/tokenizer/gpt2_small.h"
#include "tests/tokenizer/texts.h"

namespace nanobrain {
namespace {

using namespace nanobrain::testing;
using torch::Tensor;

fs::path peers_python() {
  return source_dir() / "build" / "deps" / "peers" / "bin" / "python";
}

class LlamaCpp : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(peers_python())) {
      GTEST_SKIP() << "llama.cpp is not installed: cmake/bootstrap.sh --peers";
    }
  }
};

/// What llama_cpp_peer.py writes for a JSON input.
std::string ask_llama_cpp(
    const std::string& verb, const fs::path& model, const Json& input) {
  const TempDir dir;
  write_text(dir / "input.json", input.dump());
  const auto script = source_dir() / "tests" / "quantize" / "llama_cpp_peer.py";
  const auto result = run_process(
      {peers_python(),
       script.string(),
       verb,
       model.string(),
       dir / "input.json",
       dir / "output"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return read_text(dir / "output");
}

/// As ggml computes it: GELU from a table of f16 values for f16 arguments.
Tensor forward_with_f16_gelu(NanoLM& model, const Tensor& ids) {
  const auto round_f16 = [](const Tensor& x) {
    return x.to(torch::kFloat16).to(torch::kFloat32);
  };
  Tensor x = model->embed(ids);
  for (size_t i = 0; i < model->h->size(); ++i) {
    BlockImpl& block = model->h->at<BlockImpl>(i);
    x = x + block.attn->forward(block.ln_1->forward(x));
    const Tensor in =
        round_f16(block.mlp->c_fc->forward(block.ln_2->forward(x)));
    const Tensor middle = round_f16(torch::gelu(in, "tanh"));
    x = x + block.mlp->c_proj->forward(middle);
  }
  return model->logits(model->ln_f->forward(x));
}

struct Errors {
  double f16_gelu; // to forward_with_f16_gelu()
  double ours;     // to NanoLM's own forward
};

/// ||difference|| / ||reference|| of llama.cpp's logits for 64 tokens.
Errors logit_errors(const std::string& activation, const std::string& type) {
  const torch::NoGradGuard no_grad;
  ModelConfig config;
  config.vocab_size = 500;
  config.activation = activation;
  config.bias = true;
  NanoLM model = random_model(config);
  const TempDir dir;
  save_model(dir / "model", model, nullptr);
  export_model(
      {.model = dir / "model", .output = dir / "m.gguf", .type = type});

  const Tensor ids = torch::randint(config.vocab_size, {1, 64}, torch::kInt64);
  const auto* begin = ids.const_data_ptr<int64_t>();
  const std::string bytes = ask_llama_cpp(
      "logits", dir / "m.gguf", std::vector<int64_t>(begin, begin + 64));
  Tensor theirs = torch::empty({1, 64, config.vocab_size});
  if (bytes.size() != theirs.nbytes()) {
    ADD_FAILURE() << bytes.size() << " bytes of logits";
    return {1, 1};
  }
  std::memcpy(theirs.data_ptr(), bytes.data(), bytes.size());
  const auto error = [&](const Tensor& reference) {
    return ((theirs - reference).norm() / reference.norm()).item<double>();
  };
  return {error(forward_with_f16_gelu(model, ids)), error(model->forward(ids))};
}

TEST_F(LlamaCpp, GivesTheLogitsOfATanhModel) {
  const Errors errors = logit_errors("gelu_new", "f32");
  // An argument next to a border of two f16 numbers may fall on either side.
  EXPECT_LT(errors.f16_gelu, 1e-4);
  EXPECT_LT(errors.ours, 5e-4); // f16 has 11 bits
}

TEST_F(LlamaCpp, DiffersFromAnExactGeluByTheGapOfTheTwoFormulas) {
  const Errors errors = logit_errors("gelu", "f32");
  EXPECT_LT(errors.f16_gelu, 1e-4); // which takes tanh for it
  EXPECT_LT(errors.ours, 1e-3);
}

TEST_F(LlamaCpp, OpensQ8_0) {
  // Weights and activations of 8 bits, in blocks of 32.
  EXPECT_LT(logit_errors("gelu_new", "q8_0").ours, 2e-2);
}

void expect_same_ids(
    const Tokenizer& tokenizer, const std::vector<std::string>& texts) {
  ModelConfig config;
  config.model_dim = 32;
  config.vocab_size = tokenizer.vocab_size();
  NanoLM model(config);
  const TempDir dir;
  save_model(dir / "model", model, &tokenizer);
  export_model({.model = dir / "model", .output = dir / "m.gguf"});
  const Json ids =
      parse_json(ask_llama_cpp("tokenize", dir / "m.gguf", texts), "ids");
  ASSERT_EQ(ids.size(), texts.size());
  for (size_t i = 0; i < texts.size(); ++i) {
    ASSERT_EQ(ids[i].get<std::vector<TokenId>>(), tokenizer.encode(texts[i]))
        << texts[i].substr(0, 300);
  }
}

/// Texts of all kinds without U+2581, which llama.cpp takes for a space.
std::vector<std::string> texts_for_llama_cpp() {
  auto texts = invented_documents(100, 9);
  for (const std::string& text : hard_texts()) texts.push_back(text);
  Random random(11);
  for (int i = 0; i < 500; ++i) texts.push_back(random_text(random));
  std::erase_if(texts, [](const std::string& text) {
    return text.find(kSentencePieceSpace) != std::string::npos;
  });
  return texts;
}

TEST_F(LlamaCpp, GivesTheIdsOfSentencePieceAndGpt2) {
  expect_same_ids(*small_tokenizer(), texts_for_llama_cpp());
  expect_same_ids(*small_gpt2_tokenizer(), texts_for_llama_cpp());
}

TEST_F(LlamaCpp, GivesTheIdsOfThePublishedGpt2Vocabulary) {
  if (shared_data().empty()) GTEST_SKIP() << "no shared data here";
  auto texts = texts_for_llama_cpp();
  texts.push_back(read_text(shared_data() / "wikitext2" / "wiki.test.raw")
                      .substr(0, 1 << 17));
  texts.back() = texts.back().substr(0, texts.back().rfind('\n'));
  expect_same_ids(*load_tokenizer(shared_data() / "gpt2_tokenizer"), texts);
}

} // namespace
} // namespace nanobrain
