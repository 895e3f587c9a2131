#include "nanobrain/model/inspect.h"

#include <cmath>

#include "nanobrain/base/error.h"
#include "nanobrain/config/parameters.h"
#include "tests/support/byte_tokenizer.h"
#include "tests/support/support.h"

namespace nanobrain {
namespace {

TEST(Inspect, TheDefaultModelIsTheNanoBrain) {
  InspectOptions options;
  options.timed_runs = 3;
  const InspectReport report = inspect_model(options);
  EXPECT_TRUE(report.passed());
  const Json json = report.to_json();
  EXPECT_EQ(json["parameters"], 2'182'144);
  EXPECT_EQ(
      json["parameters_by_part"],
      Json::parse(R"({"embedder": 2066816, "positions": 16384,
                      "blocks": 98816, "final_norm": 128})"));
  EXPECT_EQ(json["f32_bytes"], 8'728'576);
  EXPECT_EQ(json["int8_bytes"], 2'182'144);
  EXPECT_EQ(json["tokens"], 42); // bytes of the default text
  EXPECT_EQ(json["logits_shape"], Json::parse("[1, 42, 32294]"));
  EXPECT_TRUE(json["causal"] && json["tied"]);
  // Logits start near normal(0, 1), whose exp has the mean e^(1/2).
  EXPECT_NEAR(report.init_loss, std::log(32294.0) + 0.5, 0.15);
  EXPECT_NEAR(report.uniform_loss, 10.3826, 1e-4);
  EXPECT_NEAR(report.text_loss, std::log(32294.0) + 0.5, 0.6);
  EXPECT_EQ(report.forward_ms.count, 3);
  EXPECT_THAT(
      report.table().text(),
      ::testing::HasSubstr(
          "2,182,144  8.73 MB f32, 2.18 MB int8\n\nlogits [1, 42, 32294], "));
}

TEST(Inspect, TakesOtherModelsAndATokenizerWithItsVocabulary) {
  const testing::ByteTokenizer tokenizer(300);
  InspectOptions options;
  options.model = {
      .num_layers = 1,
      .num_heads = 2,
      .model_dim = 16,
      .ffn_dim = 24,
      .vocab_size = 0,
      .max_seq_len = 48,
      .bias = true,
      .activation = "gelu_new"};
  options.tokenizer = &tokenizer;
  options.timed_runs = 1;
  const InspectReport report = inspect_model(options);
  EXPECT_TRUE(report.passed());
  EXPECT_EQ(report.parameters, count_parameters(report.model));
  EXPECT_EQ(report.logits_shape, (std::vector<int64_t>{1, 42, 300}));
  options.model.vocab_size = 51;
  EXPECT_ERROR(
      UsageError,
      "the tokenizer has 300 ids, but model.vocab_size is 51",
      inspect_model(options));
}

TEST(Inspect, NamesWhatIsWrongWithTheText) {
  const auto inspect = [](const std::string& text, int64_t vocab_size) {
    InspectOptions options;
    options.text = text;
    options.model.vocab_size = vocab_size;
    options.model.max_seq_len = 8;
    inspect_model(options);
  };
  EXPECT_ERROR(
      UsageError,
      "[--text] must have from 2 to 8 tokens (max_seq_len), but has 1",
      inspect("a", 256));
  EXPECT_ERROR(UsageError, "but has 9", inspect("nine byte", 256));
  EXPECT_ERROR(
      UsageError,
      "has token id 122, but the vocabulary has only 100; give a --tokenizer",
      inspect("xyz", 100));
}

} // namespace
} // namespace nanobrain
