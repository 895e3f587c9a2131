// Model folders: what is written, and every way in which one can be broken.
#include "nanobrain/model/huggingface.h"

#include <fstream>
#include <functional>

#include "nanobrain/base/error.h"
#include "nanobrain/base/progress.h"
#include "nanobrain/base/safetensors.h"
#include "nanobrain/config/model_folder.h"
#include "nanobrain/tokenizer/gpt2_tokenizer.h"
#include "nanobrain/tokenizer_training/tokenizer_trainer.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

namespace fs = std::filesystem;
using testing::TempDir;
using torch::Tensor;

ModelConfig tiny_config(bool bias = false) {
  return {
      .num_layers = 1,
      .num_heads = 2,
      .model_dim = 6,
      .ffn_dim = 5,
      .vocab_size = 300,
      .max_seq_len = 4,
      .bias = bias};
}

bool same_parameters(NanoLM& a, NanoLM& b) {
  const auto other = b->named_parameters();
  for (const auto& item : a->named_parameters()) {
    if (!item.value().equal(other[item.key()])) {
      return false;
    }
  }
  return a->parameters().size() == b->parameters().size();
}

/// A folder as other programs write it: without nanobrain.json, so that only
/// the tensors themselves can tell.
class PlainFolder {
 public:
  explicit PlainFolder(bool bias = false) {
    NanoLM model(tiny_config(bias));
    save_model(path(), model, nullptr);
    fs::remove(path() / "nanobrain.json");
  }
  fs::path path() const { return dir_ / "model"; }
  fs::path weights() const { return path() / "model.safetensors"; }

  using Tensors = std::vector<std::pair<std::string, TensorView>>;
  /// Writes the weights again after a change to their list.
  void rewrite(const std::function<void(Tensors&)>& change) {
    const fs::path changed = dir_ / "changed.safetensors";
    {
      const SafetensorsFile file(weights());
      Tensors tensors(file.tensors().begin(), file.tensors().end());
      change(tensors);
      write_safetensors(changed, tensors, {{"format", "pt"}});
    }
    fs::rename(changed, weights());
  }
  /// The error of opening it.
  std::string error() const {
    return testing::error_of<Error>([&] { load_model(path()); });
  }

 private:
  TempDir dir_;
};

TensorView& view_of(PlainFolder::Tensors& tensors, const std::string& name) {
  for (auto& [stored, view] : tensors) {
    if (stored == name) {
      return view;
    }
  }
  throw std::out_of_range(name);
}

std::span<const std::byte> bytes_of(const std::vector<float>& values) {
  return std::as_bytes(std::span(values));
}

std::shared_ptr<const Tokenizer> tokenizer_of(const std::string& words) {
  set_progress_enabled(false);
  int64_t documents = 0;
  return train_tokenizer(
             [&](std::string& text) {
               text = words;
               return documents++ < 50;
             },
             {.vocab_size = 300})
      .tokenizer;
}

TEST(ModelFolder, RoundTripsBitForBit) {
  for (const bool bias : {false, true}) {
    const TempDir dir;
    NanoLM model(tiny_config(bias), 11);
    save_model(dir / "m", model, nullptr, {{"steps", 7}});
    NanoLM read = load_model(dir / "m");
    EXPECT_TRUE(read->config() == model->config());
    EXPECT_TRUE(same_parameters(model, read));
    const Json manifest = read_json(dir / "m" / "nanobrain.json");
    EXPECT_EQ(manifest["training"]["steps"], 7);
    EXPECT_EQ(manifest["files"].size(), 2);
    EXPECT_EQ(
        load_model_tokenizer(dir / "m", model->config().vocab_size), nullptr);
  }
}

TEST(ModelFolder, HoldsGpt2TensorsAndZeroBiases) {
  const PlainFolder folder;
  const SafetensorsFile file(folder.weights());
  EXPECT_EQ(file.metadata().at("format"), "pt");
  EXPECT_EQ(file.tensors().size(), 16); // 12 of the block, wte, wpe, ln_f
  EXPECT_EQ(file.tensors().count("lm_head.weight"), 0);
  const auto& qkv = file.at("transformer.h.0.attn.c_attn.weight");
  EXPECT_EQ(qkv.shape, (std::vector<int64_t>{6, 18})); // [in, out]
  for (const std::byte b : file.at("transformer.h.0.attn.c_attn.bias").data) {
    ASSERT_EQ(b, std::byte{0});
  }
}

TEST(ModelFolder, CarriesItsTokenizer) {
  const TempDir dir;
  const auto tokenizer =
      tokenizer_of("the cat sleeps on the warm mat beside other cats");
  ModelConfig config = tiny_config();
  config.vocab_size = tokenizer->vocab_size();
  NanoLM model(config);
  save_model(dir / "m", model, tokenizer.get());
  load_model(dir / "m");
  const auto read = load_model_tokenizer(dir / "m", config.vocab_size);
  ASSERT_NE(read, nullptr);
  EXPECT_EQ(read->hash(), tokenizer->hash());
  EXPECT_EQ(
      read_json(dir / "m" / "config.json")["eos_token_id"],
      tokenizer->end_of_text());
  EXPECT_GE(read_json(dir / "m" / "nanobrain.json")["files"].size(), 5);
}

TEST(ModelFolder, CarriesAGpt2Tokenizer) {
  const TempDir dir;
  std::string vocab = "{";
  for (int byte = 0; byte < 256; ++byte) {
    const std::string name = gpt2_name(std::string(1, static_cast<char>(byte)));
    vocab += fmt::format("{}: {}, ", Json(name).dump(), byte);
  }
  const Gpt2Tokenizer tokenizer(
      parse_gpt2_vocabulary(vocab + "\"<|endoftext|>\": 256}", ""));
  ModelConfig config = tiny_config();
  config.vocab_size = tokenizer.vocab_size();
  NanoLM model(config);
  save_model(dir / "m", model, &tokenizer);
  load_model(dir / "m");
  const auto read = load_model_tokenizer(dir / "m", config.vocab_size);
  ASSERT_NE(read, nullptr);
  EXPECT_EQ(read->kind(), "gpt2");
  EXPECT_EQ(read->hash(), tokenizer.hash());
  EXPECT_EQ(read_json(dir / "m" / "config.json")["eos_token_id"], 256);
  // The tokenizer of another model, with fewer ids than this one.
  Json other = read_json(dir / "m" / "config.json");
  other["eos_token_id"] = 257;
  write_json(dir / "m" / "config.json", other);
  EXPECT_ERROR(
      Error,
      "names token 257 as end of text, but the tokenizer has 257 ids",
      load_model_tokenizer(dir / "m", config.vocab_size));
  fs::remove(dir / "m" / "merges.txt");
  EXPECT_ERROR(
      Error,
      "vocab.json] is half of a GPT-2 tokenizer; put merges.txt beside it",
      load_model_tokenizer(dir / "m", config.vocab_size));
  fs::remove(dir / "m" / "vocab.json");
  EXPECT_ERROR(
      Error,
      "has lost its tokenizer",
      load_model_tokenizer(dir / "m", config.vocab_size));
}

TEST(ModelFolder, RefusesATokenizerThatIsNotItsOwn) {
  const TempDir dir;
  const auto tokenizer =
      tokenizer_of("the cat sleeps on the warm mat beside other cats");
  const auto other =
      tokenizer_of("seven quick brown dogs jumped over lazy foxes there");
  ModelConfig config = tiny_config();
  config.vocab_size = tokenizer->vocab_size() + 1;
  NanoLM wrong_size(config);
  EXPECT_ERROR(
      Error,
      "the tokenizer has 300 ids, but the model 301",
      save_model(dir / "m", wrong_size, tokenizer.get()));
  EXPECT_FALSE(fs::exists(dir / "m"));
  config.vocab_size = tokenizer->vocab_size();
  NanoLM model(config);
  save_model(dir / "m", model, tokenizer.get());
  other->save(dir / "m");
  EXPECT_ERROR(
      Error,
      "the tokenizer is not the one that the model was trained with",
      load_model_tokenizer(dir / "m", config.vocab_size));
  config.vocab_size = 299;
  EXPECT_ERROR(
      Error,
      "the tokenizer has 300 ids, but the model only 299",
      load_model_tokenizer(dir / "m", config.vocab_size));
  fs::remove(dir / "m" / "tokenizer.model");
  EXPECT_ERROR(
      Error,
      "has lost its tokenizer",
      load_model_tokenizer(dir / "m", config.vocab_size));
}

TEST(ModelFolder, NamesTheFileWithAFlippedByte) {
  for (const std::string name : {"config.json", "model.safetensors"}) {
    const TempDir dir;
    NanoLM model(tiny_config());
    save_model(dir / "m", model, nullptr);
    std::string bytes = testing::read_text(dir / "m" / name);
    bytes[bytes.size() - 3] ^= 1;
    testing::write_text(dir / "m" / name, bytes);
    EXPECT_ERROR(
        Error, name + " is not as it was written", load_model(dir / "m"));
  }
}

TEST(ModelFolder, RefusesANewerFormat) {
  const TempDir dir;
  NanoLM model(tiny_config());
  save_model(dir / "m", model, nullptr);
  Json manifest = read_json(dir / "m" / "nanobrain.json");
  manifest["format_version"] = 2;
  write_json(dir / "m" / "nanobrain.json", manifest);
  EXPECT_ERROR(
      Error,
      "nanobrain.json] has format version 2, but this nanobrain reads up to 1",
      load_model(dir / "m"));
}

TEST(ModelFolder, IsNeverWrittenOverAnother) {
  const TempDir dir;
  NanoLM model(tiny_config());
  save_model(dir / "m", model, nullptr);
  EXPECT_ERROR(Error, "exists", save_model(dir / "m", model, nullptr));
}

TEST(ModelFolder, NamesMissingFiles) {
  const TempDir dir;
  fs::create_directory(dir / "m");
  EXPECT_ERROR(
      Error,
      "has no model.safetensors; is it a model folder?",
      load_model(dir / "m"));
  testing::write_text(dir / "m" / "pytorch_model.bin", "pickle");
  EXPECT_ERROR(Error, "pickle files are not read", load_model(dir / "m"));
  const PlainFolder folder;
  fs::remove(folder.path() / "config.json");
  EXPECT_THAT(folder.error(), ::testing::HasSubstr("config.json"));
}

TEST(ModelWeights, NamesATruncatedFile) {
  const PlainFolder folder;
  fs::resize_file(folder.weights(), fs::file_size(folder.weights()) - 1);
  EXPECT_THAT(folder.error(), ::testing::HasSubstr("model.safetensors"));
}

TEST(ModelWeights, NamesAMissingTensor) {
  PlainFolder folder;
  folder.rewrite([](auto& tensors) {
    std::erase_if(tensors, [](auto& t) {
      return t.first == "transformer.h.0.ln_2.weight";
    });
  });
  EXPECT_THAT(
      folder.error(),
      ::testing::HasSubstr("model.safetensors] has no tensor h.0.ln_2.weight"));
}

TEST(ModelWeights, NamesAnUnexpectedTensor) {
  PlainFolder folder;
  folder.rewrite([](auto& tensors) {
    tensors.emplace_back(
        "transformer.h.1.ln_1.weight",
        view_of(tensors, "transformer.h.0.ln_1.weight"));
  });
  EXPECT_THAT(
      folder.error(),
      ::testing::HasSubstr(
          "holds a tensor h.1.ln_1.weight that this model has not; nearest: "
          "h.0.ln_1.weight"));
}

TEST(ModelWeights, NamesATensorThatIsThereTwice) {
  PlainFolder folder;
  folder.rewrite([](auto& tensors) {
    tensors.emplace_back(
        "wpe.weight", view_of(tensors, "transformer.wpe.weight"));
  });
  EXPECT_THAT(folder.error(), ::testing::HasSubstr("holds wpe.weight twice"));
}

TEST(ModelWeights, NamesAWrongShape) {
  PlainFolder folder;
  folder.rewrite([](auto& tensors) { // as a Linear would store it
    view_of(tensors, "transformer.h.0.mlp.c_fc.weight").shape = {5, 6};
  });
  EXPECT_THAT(
      folder.error(),
      ::testing::HasSubstr("model.safetensors: h.0.mlp.c_fc.weight] has shape "
                           "[5, 6], but config.json says [6, 5]"));
}

TEST(ModelWeights, NamesAWrongDtype) {
  PlainFolder folder;
  const std::vector<std::byte> ints(24);
  folder.rewrite([&](auto& tensors) {
    view_of(tensors, "transformer.wpe.weight") = {DType::kI8, {4, 6}, ints};
  });
  EXPECT_THAT(
      folder.error(),
      ::testing::HasSubstr(
          "wpe.weight] has dtype I8; F32, F16 and BF16 are read"));
}

TEST(ModelWeights, NamesValuesThatAreNotFinite) {
  PlainFolder folder;
  std::vector<float> values(24, 1.0F);
  values[23] = std::numeric_limits<float>::infinity();
  folder.rewrite([&](auto& tensors) {
    view_of(tensors, "transformer.wpe.weight").data = bytes_of(values);
  });
  EXPECT_THAT(
      folder.error(),
      ::testing::HasSubstr("wpe.weight] holds values that are not finite"));
}

TEST(ModelWeights, TakesOnlyAHeadThatIsTied) {
  PlainFolder folder;
  const auto add_head = [](auto& tensors) {
    tensors.emplace_back(
        "lm_head.weight", view_of(tensors, "transformer.wte.weight"));
  };
  folder.rewrite(add_head);
  load_model(folder.path());
  const std::vector<float> zeros(300 * 6);
  folder.rewrite([&](auto& tensors) {
    view_of(tensors, "lm_head.weight").data = bytes_of(zeros);
  });
  EXPECT_THAT(
      folder.error(),
      ::testing::HasSubstr("lm_head.weight differs from wte.weight"));
}

TEST(ModelWeights, TakesOnlyZeroBiasesWhereThereAreNone) {
  PlainFolder folder;
  const std::vector<float> ones(18, 1.0F);
  folder.rewrite([&](auto& tensors) {
    view_of(tensors, "transformer.h.0.attn.c_attn.bias").data = bytes_of(ones);
  });
  EXPECT_THAT(
      folder.error(),
      ::testing::HasSubstr("h.0.attn.c_attn.bias is not zero, but config.json "
                           "says that there are no biases"));
}

TEST(ModelWeights, WantsEveryBiasWhereThereAreSome) {
  PlainFolder folder(/*bias=*/true);
  load_model(folder.path());
  folder.rewrite([](auto& tensors) {
    std::erase_if(tensors, [](auto& t) {
      return t.first == "transformer.h.0.mlp.c_proj.bias";
    });
  });
  EXPECT_THAT(
      folder.error(),
      ::testing::HasSubstr("has no tensor h.0.mlp.c_proj.bias"));
}

} // namespace
} // namespace nanobrain
