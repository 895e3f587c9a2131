// Folders that are not what they claim: each fault gets its message, and no
// damage whatever ends in a crash.
#include <cmath>
#include <functional>

#include "nanobrain/base/error.h"
#include "nanobrain/base/manifest.h"
#include "nanobrain/runtime/session.h"
#include "tests/runtime/int8_model.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using namespace testing;
constexpr const char* kWeights = "model.int8.safetensors";
const std::string kEmbedder = "transformer.wte.weight";
const std::string kPositions = "transformer.wpe.weight";
const std::string kFirst = "transformer.h.0.attn.c_attn.weight";

/// Expects an Error that names the file of weights and says `message`.
void expect_fault_in(const fs::path& folder, const std::string& message) {
  const std::string fault =
      testing::error_of<Error>([&] { RuntimeModel::load(folder); });
  EXPECT_THAT(fault, ::testing::HasSubstr(kWeights));
  EXPECT_THAT(fault, ::testing::HasSubstr(message));
}

/// The fault of a good model after a change.
void expect_fault(
    const std::string& message, const std::function<void(Int8Model&)>& change) {
  Int8Model model;
  change(model);
  const TempDir dir;
  model.write(dir.path());
  expect_fault_in(dir.path(), message);
}

/// The header of a written file, changed as text; the data stays.
void expect_header_fault(
    const std::string& from,
    const std::string& to,
    const std::string& message) {
  ASSERT_EQ(from.size(), to.size());
  const TempDir dir;
  Int8Model().write(dir.path());
  std::string bytes = read_text(dir / kWeights);
  const size_t at = bytes.find(from);
  ASSERT_NE(at, std::string::npos) << from;
  bytes.replace(at, from.size(), to);
  write_text(dir / kWeights, bytes);
  expect_fault_in(dir.path(), message);
}

TEST(ModelFile, EmbedsTheDequantizedRow) {
  Int8Model weights;
  const auto& embedder = weights.at(kEmbedder);
  const auto& scales = weights.at(kEmbedder + ".scale");
  const auto model = weights.load();
  for (const int64_t id : {0, 15, 16, 100}) {
    float x[25] = {};
    x[24] = 7;
    model->embed(id, x);
    float scale;
    std::memcpy(&scale, scales.bytes.data() + id * 4, 4);
    for (int64_t i = 0; i < 24; ++i) {
      const auto q =
          static_cast<int8_t>(embedder.bytes[static_cast<size_t>(id * 24 + i)]);
      EXPECT_EQ(x[i], static_cast<float>(q) * scale);
    }
    EXPECT_EQ(x[24], 7);
  }
}

TEST(ModelFile, FoldersWithoutTheirFiles) {
  const TempDir dir;
  for (const auto& folder : {dir.path(), dir / "none"}) {
    EXPECT_ERROR(
        Error, "has no model.int8.safetensors", RuntimeModel::load(folder));
  }
  Int8Model().write(dir.path());
  fs::remove(dir / "config.json");
  EXPECT_ERROR(Error, "config.json", RuntimeModel::load(dir.path()));
}

TEST(ModelFile, OtherFormatsAndNewerVersions) {
  const auto expect = [](const char* key,
                         const std::string& value,
                         const std::string& message) {
    expect_fault(message, [&](auto& model) { model.metadata[key] = value; });
  };
  expect_fault("its format is \"\", not \"nanobrain-int8\"", [](auto& model) {
    model.metadata.clear();
  });
  expect("format", "pt", "its format is \"pt\"");
  expect(
      "version",
      "2",
      "has version 2, but this nanobrain reads up to 1; update nanobrain");
  for (const std::string bad :
       {"", "x", "0", "-1", "1x", "99999999999999999999"}) {
    expect("version", bad, "has version \"" + bad + "\", which is none");
  }
}

TEST(ModelFile, MissingAndUnknownTensors) {
  for (const auto& [name, _] : Int8Model().tensors) {
    if (name.ends_with("_attn.bias") || name.ends_with("c_proj.bias") ||
        name.ends_with("c_fc.bias")) {
      continue; // may be left out
    }
    expect_fault("has no tensor \"" + name + "\"", [&](auto& model) {
      model.tensors.erase(name);
    });
  }
  expect_fault("did you mean transformer.h.0.attn.c_atn.weight?", [](auto& m) {
    m.tensors["transformer.h.0.attn.c_atn.weight"] = m.at(kFirst);
    m.tensors.erase(kFirst);
  });
  for (const std::string name : {"transformer.h.1.ln_3.weight", "lm_head"}) {
    expect_fault(
        "holds a tensor " + name + " that this model has not" +
            (name == "lm_head" ? "" : "; nearest: transformer.h.1.ln_1.weight"),
        [&](auto& model) { model.tensors[name] = model.at(kFirst); });
  }
}

TEST(ModelFile, BiasesMayBeLeftOut) {
  Int8Model weights;
  weights.tensors.erase("transformer.h.0.attn.c_attn.bias");
  const auto model = weights.load();
  EXPECT_EQ(model->layers()[0].c_attn.bias.size(), 0u);
  EXPECT_EQ(model->layers()[1].c_attn.bias.size(), 80u); // 72, padded
}

TEST(ModelFile, WrongDtypes) {
  for (const auto& [name, dtype, message] :
       {std::tuple(kFirst, DType::kU8, "has dtype U8, but must have I8"),
        {kFirst, DType::kBool, "has dtype BOOL, but must"},
        {kPositions, DType::kBF16, "has dtype BF16, but must have F16"},
        {kFirst + ".scale", DType::kI32, "has dtype I32, but must have F32"}}) {
    expect_fault(name + "] " + message, [&](auto& model) {
      model.at(name).dtype = dtype;
    });
  }
  expect_header_fault("\"I8\"", "\"X8\"", "has dtype X8");
}

TEST(ModelFile, WrongShapes) {
  expect_fault(
      kFirst + "] has shape [24, 72], but config.json says [72, 24]",
      [](auto& model) {
        std::swap(model.at(kFirst).shape[0], model.at(kFirst).shape[1]);
      });
  for (const auto& [key, value, message] :
       {std::tuple(
            "vocab_size",
            102,
            kEmbedder +
                "] has shape [101, 24], but config.json says [102, 24]"),
        {"n_positions",
         49,
         kPositions + "] has shape [50, 24], but config.json says [49"},
        {"n_layer", 4096, "has no tensor \"transformer.h.2.ln_1.weight\""},
        {"n_layer", 1, "holds a tensor transformer.h.1."}}) {
    expect_fault(message, [&](auto& model) { model.config[key] = value; });
  }
}

TEST(ModelFile, ScalesThatAreNone) {
  const std::string name = kEmbedder + ".scale";
  for (const auto& [scale, message] :
       {std::pair(std::nanf(""), "nan, not a finite number"),
        {INFINITY, "inf, not a finite number"},
        {0.0F, "0, but scales are above 0"},
        {-0.5F, "-0.5, but scales are above 0"}}) {
    expect_fault(name + "] value 7 is " + message, [&](auto& model) {
      model.at(name).set(7, scale);
    });
  }
}

TEST(ModelFile, ValuesThatAreNone) {
  for (const std::string name :
       {"transformer.ln_f.weight",
        "transformer.h.1.ln_2.bias",
        "transformer.h.0.mlp.c_fc.bias"}) {
    expect_fault(
        name + "] value 3 is -inf, not a finite number",
        [&](auto& model) { model.at(name).set(3, -INFINITY); });
  }
  expect_fault(
      kPositions + "] value 9 is nan, not a finite number",
      [](auto& model) { model.at(kPositions).set(9, uint16_t{0x7e00}); });
  expect_fault(
      kEmbedder + "] holds -128; int8 weights are from -127 to 127",
      [](auto& model) { model.at(kEmbedder).set(50, int8_t{-128}); });
}

// What a header may claim is tested with safetensors.h.
TEST(ModelFile, TruncatedFilesAndHeadersThatLie) {
  const TempDir dir;
  Int8Model().write(dir.path());
  const std::string whole = read_text(dir / kWeights);
  for (size_t size = 0; size < whole.size(); size += 7 + whole.size() / 9) {
    write_text(dir / kWeights, whole.substr(0, size));
    expect_fault_in(dir.path(), "");
  }
  write_text(dir / kWeights, whole + "x");
  expect_fault_in(dir.path(), "has 1 bytes after its last tensor");
  // In the order of their names: h.0.attn.c_attn.bias, of 72 floats, first.
  expect_header_fault(
      "\"shape\":[72],", "\"shape\":[99],", "but F32 [99] needs 396");
}

/// Whatever bits flip, the file is refused or runs.
TEST(ModelFile, FlippedBitsNeverCrash) {
  const TempDir dir;
  Int8Model({.num_layers = 1, .vocab_size = 20, .max_seq_len = 4})
      .write(dir.path());
  const std::string whole = read_text(dir / kWeights);
  const size_t header =
      8 + static_cast<unsigned char>(whole[0]) +
      256 * static_cast<size_t>(static_cast<unsigned char>(whole[1]));
  ASSERT_LT(header, whole.size());
  Random random(5);
  const auto pool = std::make_shared<ThreadPool>(1);
  int refused = 0;
  constexpr int kFlips = 600;
  for (int i = 0; i < kFlips; ++i) {
    std::string damaged = whole;
    // Half in the header, half anywhere.
    const size_t at = random.below(i % 2 == 0 ? header : whole.size());
    damaged[at] ^= static_cast<char>(1 << random.below(8));
    write_text(dir / kWeights, damaged);
    try {
      Session session(RuntimeModel::load(dir.path()), pool);
      const std::vector<TokenId> ids = {1, 19, 0, 5, 6};
      session.feed(ids);
      session.logits();
      session.argmax();
    } catch (const Error& error) {
      ++refused;
      EXPECT_STRNE(error.what(), "");
    }
  }
  EXPECT_GT(refused, kFlips / 4);
  EXPECT_LT(refused, kFlips);
}

class ManifestOfModel : public ::testing::Test {
 protected:
  ManifestOfModel() {
    Int8Model().write(dir_.path());
    write_text(dir_ / "tokenizer.model", "of another program");
    write_json(
        dir_ / "nanobrain.json",
        {{"format_version", 1}, {"files", hash_files(dir_.path())}});
  }
  TempDir dir_;
};

TEST_F(ManifestOfModel, IsChecked) {
  EXPECT_NO_THROW(RuntimeModel::load(dir_.path()));
  // The tokenizer's file is not the engine's business.
  write_text(dir_ / "tokenizer.model", "changed");
  EXPECT_NO_THROW(RuntimeModel::load(dir_.path()));
  for (const std::string name : {kWeights, "config.json"}) {
    const std::string bytes = read_text(dir_ / name);
    write_text(dir_ / name, bytes + "\n");
    EXPECT_ERROR(
        Error,
        name + " is not as it was written",
        RuntimeModel::load(dir_.path()));
    write_text(dir_ / name, bytes);
    EXPECT_NO_THROW(RuntimeModel::load(dir_.path()));
  }
  std::string bytes = read_text(dir_ / kWeights);
  bytes.back() ^= 1;
  write_text(dir_ / kWeights, bytes);
  expect_fault_in(dir_.path(), "(its SHA-256 differs)");
}

TEST_F(ManifestOfModel, MustListTheWeightsInAKnownVersion) {
  const Json good = read_json(dir_ / "nanobrain.json");
  Json unlisted = good, newer = good;
  unlisted["files"].erase(kWeights);
  newer["format_version"] = 2;
  for (const auto& [manifest, message] :
       {std::pair(unlisted, "does not list model.int8.safetensors"),
        {Json{{"format_version", 1}}, "does not list"},
        {newer,
         "has format version 2, but this nanobrain reads up to 1; update"}}) {
    write_json(dir_ / "nanobrain.json", manifest);
    EXPECT_ERROR(Error, message, RuntimeModel::load(dir_.path()));
  }
}

} // namespace
} // namespace nanobrain
