// What eval, compare and generate make of an int8 folder.
#include "nanobrain/base/error.h"
#include "nanobrain/base/progress.h"
#include "nanobrain/inference/comparison.h"
#include "nanobrain/inference/evaluation.h"
#include "nanobrain/inference/generate.h"
#include "nanobrain/inference/open_model.h"
#include "nanobrain/quantize/quantize.h"
#include "tests/inference/with_libtorch.h"
#include "tests/quantize/random_model.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using namespace nanobrain::testing;

/// f32/ and int8/ of one random model, and text.txt.
class Int8Folder : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    set_progress_enabled(false);
    dir_ = new TempDir;
    const auto tokenizer = random_tokenizer();
    save_random(
        *dir_ / "f32", random_config(tokenizer->vocab_size()), tokenizer.get());
    quantize_model({.model = *dir_ / "f32", .output = *dir_ / "int8"});
    write_text(*dir_ / "text.txt", random_text_of(4000));
  }
  static void TearDownTestSuite() { delete dir_; }

  static EvalRequest request(const std::string& model, int64_t threads = 1) {
    EvalRequest request;
    request.model = *dir_ / model;
    request.text.inputs = {*dir_ / "text.txt"};
    request.threads = threads;
    return request;
  }
  static EvalReport eval(const EvalRequest& request) {
    return run_evaluation(request, with_libtorch());
  }

  static inline TempDir* dir_ = nullptr;
};

TEST_F(Int8Folder, ScoresTheSameBitsHoweverWindowsAreShared) {
  const EvalReport one = eval(request("int8"));
  EXPECT_EQ(one.precision, "int8");
  for (const int64_t batch_tokens : {1, 100, 1 << 20}) {
    EvalRequest shared = request("int8", 3);
    shared.options.batch_tokens = batch_tokens;
    EXPECT_EQ(eval(shared).model.nats, one.model.nats);
  }
  const EvalReport f32 = eval(request("f32"));
  EXPECT_EQ(f32.precision, "f32");
  EXPECT_EQ(f32.model.tokens, one.model.tokens);
  EXPECT_EQ(f32.model.bytes, one.model.bytes);
  EXPECT_NE(f32.model.nats, one.model.nats);
  EXPECT_NEAR(f32.model.nats, one.model.nats, 0.01 * f32.model.nats);
}

TEST_F(Int8Folder, AFolderWithBothIsTheF32Model) {
  fs::copy(*dir_ / "f32", *dir_ / "both");
  fs::copy_file(
      *dir_ / "int8/model.int8.safetensors",
      *dir_ / "both/model.int8.safetensors");
  const auto precision = [](const char* name) {
    return open_model(*dir_ / name, with_libtorch()).model->precision();
  };
  EXPECT_EQ(precision("both"), "f32");
  EXPECT_EQ(precision("int8"), "int8");
  CompareRequest compare;
  compare.models = {*dir_ / "f32", *dir_ / "int8"};
  compare.text.inputs = {*dir_ / "text.txt"};
  compare.options.bf16 = true;
  EXPECT_ERROR(
      UsageError,
      "is an int8 model: --precision bf16 is for f32 models; leave it out",
      run_comparison(compare, with_libtorch()));
}

TEST_F(Int8Folder, DamageIsNamed) {
  const std::string whole = read_text(*dir_ / "int8/model.int8.safetensors");
  std::string flipped = whole;
  flipped[flipped.size() / 2] ^= 1;
  std::string retyped = whole; // the first F16 are the positions
  retyped.replace(retyped.find("\"F16\""), 5, "\"I16\"");
  struct Damage {
    std::string bytes;
    bool checksums; // nanobrain.json is there
    std::string message;
  };
  for (const Damage& damage :
       {Damage{flipped, true, "is not as it was written"},
        Damage{whole.substr(0, whole.size() - 1), true, "is not as it was"},
        Damage{whole.substr(0, whole.size() - 1), false, "outside the file"},
        Damage{retyped, false, "transformer.wpe.weight"}}) {
    fs::remove_all(*dir_ / "damaged");
    fs::copy(*dir_ / "int8", *dir_ / "damaged");
    write_text(*dir_ / "damaged/model.int8.safetensors", damage.bytes);
    if (!damage.checksums) fs::remove(*dir_ / "damaged/nanobrain.json");
    const std::string message =
        error_of<Error>([] { eval(request("damaged")); });
    EXPECT_THAT(message, ::testing::HasSubstr("model.int8.safetensors"));
    EXPECT_THAT(message, ::testing::HasSubstr(damage.message));
  }
}

} // namespace
} // namespace nanobrain
