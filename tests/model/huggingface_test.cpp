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
    if (!item.value().equal(other[item.key()])) return false;
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
    if (stored == name) return view;
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

TEST(ModelFolder, CarriesItsTokenizerAndRefusesAnother) {
  const TempDir dir;
  const auto tokenizer =
      tokenizer_of("the cat sleeps on the warm mat beside other cats");
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
  load_model(dir / "m");
  const auto read = load_model_tokenizer(dir / "m", config.vocab_size);
  ASSERT_NE(read, nullptr);
  EXPECT_EQ(read->hash(), tokenizer->hash());
  EXPECT_EQ(
      read_json(dir / "m" / "config.json")["eos_token_id"],
      tokenizer->end_of_text());
  EXPECT_GE(read_json(dir / "m" / "nanobrain.json")["files"].size(), 5);

  const auto refused = [&](int64_t vocab_size, const std::string& message) {
    EXPECT_ERROR(Error, message, load_model_tokenizer(dir / "m", vocab_size));
  };
  tokenizer_of("seven quick brown dogs jumped over lazy foxes there")
      ->save(dir / "m");
  refused(300, "the tokenizer is not the one that the model was trained with");
  refused(299, "the tokenizer has 300 ids, but the model only 299");
  fs::remove(dir / "m" / "tokenizer.model");
  refused(300, "has lost its tokenizer");
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
  const auto refused = [&](const std::string& message) {
    EXPECT_ERROR(
        Error, message, load_model_tokenizer(dir / "m", config.vocab_size));
  };
  refused("names token 257 as end of text, but the tokenizer has 257 ids");
  fs::remove(dir / "m" / "merges.txt");
  refused("vocab.json] is half of a GPT-2 tokenizer; put merges.txt beside it");
  fs::remove(dir / "m" / "vocab.json");
  refused("has lost its tokenizer");
}

TEST(ModelFolder, RefusesAFlippedByteANewerFormatAndAnotherInItsPlace) {
  const TempDir dir;
  NanoLM model(tiny_config());
  save_model(dir / "m", model, nullptr);
  EXPECT_ERROR(Error, "exists", save_model(dir / "m", model, nullptr));
  for (const std::string name : {"config.json", "model.safetensors"}) {
    const std::string whole = testing::read_text(dir / "m" / name);
    std::string bytes = whole;
    bytes[bytes.size() - 3] ^= 1;
    testing::write_text(dir / "m" / name, bytes);
    EXPECT_ERROR(
        Error, name + " is not as it was written", load_model(dir / "m"));
    testing::write_text(dir / "m" / name, whole);
  }
  Json manifest = read_json(dir / "m" / "nanobrain.json");
  manifest["format_version"] = 2;
  write_json(dir / "m" / "nanobrain.json", manifest);
  EXPECT_ERROR(
      Error,
      "nanobrain.json] has format version 2, but this nanobrain reads up to 1",
      load_model(dir / "m"));
}

TEST(ModelFolder, NamesMissingAndTruncatedFiles) {
  const TempDir dir;
  fs::create_directory(dir / "m");
  EXPECT_ERROR(
      Error,
      "has no model.safetensors; is it a model folder?",
      load_model(dir / "m"));
  testing::write_text(dir / "m" / "pytorch_model.bin", "pickle");
  EXPECT_ERROR(Error, "pickle files are not read", load_model(dir / "m"));
  const PlainFolder folder;
  fs::resize_file(folder.weights(), fs::file_size(folder.weights()) - 1);
  EXPECT_THAT(folder.error(), ::testing::HasSubstr("model.safetensors"));
  fs::remove(folder.path() / "config.json");
  EXPECT_THAT(folder.error(), ::testing::HasSubstr("config.json"));
}

TEST(ModelWeights, NamesTheTensorAtFault) {
  using Tensors = PlainFolder::Tensors;
  using Change = std::function<void(Tensors&)>;
  static const std::vector<std::byte> bytes(24);
  static const std::vector<float> zeros(300 * 6), ones(18, 1.0F);
  static std::vector<float> infinite(24, 1.0F);
  infinite.back() = std::numeric_limits<float>::infinity();
  const auto remove = [](const std::string& name) -> Change {
    return [name](Tensors& tensors) {
      std::erase_if(tensors, [&](auto& t) { return t.first == name; });
    };
  };
  const auto copy = [](const std::string& from, const std::string& to) {
    return [from, to](Tensors& tensors) {
      tensors.emplace_back(to, view_of(tensors, from));
    };
  };
  const auto fill = [](const std::string& name, const auto& values) -> Change {
    return [name, &values](Tensors& tensors) {
      view_of(tensors, name).data = bytes_of(values);
    };
  };
  struct Fault {
    bool bias;
    Change change;
    std::string message;
  };
  for (
      const Fault& fault : std::vector<Fault>{
          {false,
           remove("transformer.h.0.ln_2.weight"),
           "model.safetensors] has no tensor h.0.ln_2.weight"},
          {true,
           remove("transformer.h.0.mlp.c_proj.bias"),
           "has no tensor h.0.mlp.c_proj.bias"},
          {false,
           copy("transformer.h.0.ln_1.weight", "transformer.h.1.ln_1.weight"),
           "holds a tensor h.1.ln_1.weight that this model has not; nearest: "
           "h.0.ln_1.weight"},
          {false,
           copy("transformer.wpe.weight", "wpe.weight"),
           "holds wpe.weight twice"},
          {false,
           [](Tensors& tensors) { // as a Linear would store it
             view_of(tensors, "transformer.h.0.mlp.c_fc.weight").shape = {5, 6};
           },
           "model.safetensors: h.0.mlp.c_fc.weight] has shape [5, 6], but "
           "config.json says [6, 5]"},
          {false,
           [](Tensors& tensors) {
             view_of(tensors, "transformer.wpe.weight") = {
                 DType::kI8, {4, 6}, bytes};
           },
           "wpe.weight] has dtype I8; F32, F16 and BF16 are read"},
          {false,
           fill("transformer.wpe.weight", infinite),
           "wpe.weight] holds values that are not finite"},
          {false,
           [&](Tensors& tensors) {
             copy("transformer.wte.weight", "lm_head.weight")(tensors);
             fill("lm_head.weight", zeros)(tensors);
           },
           "lm_head.weight differs from wte.weight"},
          {false,
           fill("transformer.h.0.attn.c_attn.bias", ones),
           "h.0.attn.c_attn.bias is not zero, but config.json says that there "
           "are no biases"}}) {
    PlainFolder folder(fault.bias);
    load_model(folder.path());
    folder.rewrite(fault.change);
    EXPECT_THAT(folder.error(), ::testing::HasSubstr(fault.message));
  }
  PlainFolder tied;
  tied.rewrite(copy("transformer.wte.weight", "lm_head.weight"));
  EXPECT_NO_THROW(load_model(tied.path()));
}

} // namespace
} // namespace nanobrain
