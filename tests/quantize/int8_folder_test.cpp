// What eval, compare and generate make of an int8 folder.
#include <algorithm>

#include "nanobrain/base/error.h"
#include "nanobrain/base/progress.h"
#include "nanobrain/inference/comparison.h"
#include "nanobrain/inference/evaluation.h"
#include "nanobrain/inference/generate.h"
#include "nanobrain/inference/open_model.h"
#include "nanobrain/model/huggingface.h"
#include "nanobrain/runtime/session.h"
#include "tests/inference/with_libtorch.h"
#include "tests/quantize/random_model.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

using namespace nanobrain::testing;
namespace fs = std::filesystem;

/// f32/ and int8/ of one random model, and text.txt.
class Int8Folder : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    set_progress_enabled(false);
    dir_ = new TempDir;
    save_random(*dir_ / "f32", random_config(), random_tokenizer());
    quantize_model({.model = *dir_ / "f32", .output = *dir_ / "int8"});
    write_text(*dir_ / "text.txt", random_text_of(4000));
  }
  static void TearDownTestSuite() { delete dir_; }

  static EvalRequest eval(const std::string& model, int64_t threads = 1) {
    EvalRequest request;
    request.model = *dir_ / model;
    request.text.inputs = {*dir_ / "text.txt"};
    request.threads = threads;
    return request;
  }

  static inline TempDir* dir_ = nullptr;
};

TEST_F(Int8Folder, ScoresTheSameBitsHoweverWindowsAreShared) {
  const EvalReport one = run_evaluation(eval("int8"), testing::with_libtorch());
  EXPECT_EQ(one.precision, "int8");
  for (const int64_t batch_tokens : {1, 100, 1 << 20}) {
    EvalRequest request = eval("int8", 3);
    request.options.batch_tokens = batch_tokens;
    EXPECT_EQ(
        run_evaluation(request, testing::with_libtorch()).model.nats,
        one.model.nats);
  }
  const EvalReport f32 = run_evaluation(eval("f32"), testing::with_libtorch());
  EXPECT_EQ(f32.precision, "f32");
  EXPECT_EQ(f32.model.tokens, one.model.tokens);
  EXPECT_EQ(f32.model.bytes, one.model.bytes);
  EXPECT_NE(f32.model.nats, one.model.nats);
  EXPECT_NEAR(f32.model.nats, one.model.nats, 0.01 * f32.model.nats);
}

TEST_F(Int8Folder, OverlappingWindowsScoreTheirLastTokensOnly) {
  EvalRequest request = eval("int8");
  request.options.context = 9;
  request.options.stride = 4;
  const LossSum loss = run_evaluation(request, testing::with_libtorch()).model;
  // The same windows by hand.
  const auto tokenizer = random_tokenizer();
  const auto documents = open_documents(request.text.inputs);
  std::vector<TokenId> ids = {tokenizer->end_of_text()};
  for (std::string text; documents->next(text);) {
    const auto encoded = tokenizer->encode(text);
    ids.insert(ids.end(), encoded.begin(), encoded.end());
    ids.push_back(tokenizer->end_of_text());
  }
  Session session(
      RuntimeModel::load(*dir_ / "int8"), std::make_shared<ThreadPool>(1));
  double nats = 0;
  size_t scored = 1; // tokens that need no score
  for (size_t begin = 0; scored < ids.size(); begin += 4) {
    const size_t end = std::min(begin + 10, ids.size());
    const std::span<const TokenId> window(&ids[begin], end - begin - 1);
    const std::span<const TokenId> targets(&ids[begin + 1], end - begin - 1);
    std::vector<float> losses(window.size());
    session.score(window, targets, losses);
    for (; scored < end; ++scored) nats += losses[scored - begin - 1];
  }
  EXPECT_EQ(loss.tokens, static_cast<int64_t>(ids.size()) - 1);
  EXPECT_EQ(loss.nats, nats);
}

TEST_F(Int8Folder, ComparesBesideItsF32Model) {
  CompareRequest request;
  request.models = {*dir_ / "f32", *dir_ / "int8"};
  request.text.inputs = {*dir_ / "text.txt"};
  request.threads = 1;
  const Json json = run_comparison(request, testing::with_libtorch()).to_json();
  EXPECT_EQ(json["precision"], "f32, int8");
  const Json& rows = json["rows"];
  EXPECT_EQ(rows[0]["precision"], "f32");
  EXPECT_EQ(rows[1]["precision"], "int8");
  EXPECT_EQ(rows[1]["parameters"], rows[0]["parameters"]);
  EXPECT_EQ(
      rows[1]["model_bytes"],
      static_cast<int64_t>(
          fs::file_size(*dir_ / "int8/model.int8.safetensors")));
  EXPECT_GT(rows[1]["tokens_per_s"], 0);
  EXPECT_DOUBLE_EQ(
      rows[1]["bits_per_byte"].get<double>(),
      run_evaluation(eval("int8"), testing::with_libtorch())
          .model.bits_per_byte());
}

TEST_F(Int8Folder, GreedyTextIsThatOfFullForwards) {
  GenerationRequest request;
  request.model = *dir_ / "int8";
  request.prompt = "ab";
  request.options.max_tokens = 50; // far past the 19 positions
  request.options.sampler.temperature = 0;
  request.threads = 1;
  const Generated got =
      run_generation(
          request, testing::with_libtorch(), [](int64_t, std::string_view) {})
          .front();

  const auto tokenizer = random_tokenizer();
  const auto model = RuntimeModel::load(*dir_ / "int8");
  Session session(model, std::make_shared<ThreadPool>(1));
  std::vector<TokenId> ids = {tokenizer->end_of_text()};
  for (const TokenId id : tokenizer->encode("ab")) ids.push_back(id);
  const size_t prompt = ids.size();
  const auto V = static_cast<size_t>(model->config().vocab_size);
  while (ids.size() < prompt + 50) {
    size_t start = 0; // past the context the window moves by half a one
    while (ids.size() - start > 19) start += 9;
    const std::span<const TokenId> seen = std::span(ids).subspan(start);
    std::vector<float> logits(seen.size() * V);
    session.forward(seen, logits.data());
    const auto last = logits.end() - static_cast<ptrdiff_t>(V);
    const auto id = std::max_element(last, logits.end()) - last;
    if (id == tokenizer->end_of_text()) break;
    ids.push_back(static_cast<TokenId>(id));
  }
  EXPECT_THAT(
      got.ids,
      ::testing::ElementsAreArray(
          ids.begin() + static_cast<ptrdiff_t>(prompt), ids.end()));
  EXPECT_EQ(got.ended, got.ids.size() < 50);
  EXPECT_GT(got.ids.size(), 20u);
}

TEST_F(Int8Folder, SameSeedSameTextOnAnyThreads) {
  GenerationRequest request;
  request.model = *dir_ / "int8";
  request.options.max_tokens = 30;
  const auto draw = [&](uint64_t seed, int64_t threads) {
    request.options.seed = seed;
    request.threads = threads;
    return run_generation(
               request,
               testing::with_libtorch(),
               [](int64_t, std::string_view) {})
        .front()
        .ids;
  };
  EXPECT_EQ(draw(1, 1), draw(1, 2));
  EXPECT_NE(draw(1, 1), draw(2, 1));
}

TEST_F(Int8Folder, HasNoOtherPrecision) {
  EvalRequest bf16 = eval("int8");
  bf16.options.bf16 = true;
  EXPECT_ERROR(
      UsageError,
      "is an int8 model: --precision bf16 is for f32 models; leave it out",
      run_evaluation(bf16, testing::with_libtorch()));
  CompareRequest compare;
  compare.models = {*dir_ / "f32", *dir_ / "int8"};
  compare.text.inputs = {*dir_ / "text.txt"};
  compare.options.bf16 = true;
  EXPECT_ERROR(
      UsageError,
      "is an int8 model",
      run_comparison(compare, testing::with_libtorch()));
}

TEST_F(Int8Folder, IsNoModelToTrain) {
  EXPECT_ERROR(
      Error,
      "is an int8 model; name the f32 model that it was made from",
      load_model(*dir_ / "int8"));
}

TEST_F(Int8Folder, AFolderWithBothIsTheF32Model) {
  fs::copy(*dir_ / "f32", *dir_ / "both");
  fs::copy_file(
      *dir_ / "int8/model.int8.safetensors",
      *dir_ / "both/model.int8.safetensors");
  EXPECT_EQ(
      open_model(*dir_ / "both", testing::with_libtorch()).model->precision(),
      "f32");
  EXPECT_EQ(
      open_model(*dir_ / "int8", testing::with_libtorch()).model->precision(),
      "int8");
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
    const std::string message = error_of<Error>(
        [] { run_evaluation(eval("damaged"), testing::with_libtorch()); });
    EXPECT_THAT(message, ::testing::HasSubstr("model.int8.safetensors"));
    EXPECT_THAT(message, ::testing::HasSubstr(damage.message));
  }
}

} // namespace
} // namespace nanobrain
