// --protocol hf beside the guide's code on Hugging Face's model.
#include "nanobrain/base/json.h"
#include "nanobrain/model/huggingface.h"
#include "tests/inference/tiny_model.h"
#include "tests/inference/with_libtorch.h"
#include "tests/support/support.h"
#include "tests/tokenizer/texts.h"

namespace nanobrain::testing {
namespace {

TEST(HuggingFaceProtocol, EqualsTheGuide) {
  const TempDir folder;
  const auto texts = invented_documents(60);
  const auto tokenizer = trained_on(texts, {.vocab_size = 500});
  NanoLM model = tiny_model(32, tokenizer->vocab_size());
  save_model(folder / "model", model, tokenizer.get());
  write_text(
      folder / "rows.txt",
      " \n = Title = \n\n" + texts[0] + "\n \n" + texts[1] + "\n");
  const std::vector<std::pair<int64_t, int64_t>> plans = {
      {32, 32}, {32, 12}, {17, 17}};
  std::vector<std::string> command = {
      python(),
      source_dir() / "tests/inference/hf_perplexity.py",
      folder / "model",
      folder / "rows.txt"};
  for (const auto& [context, stride] : plans) {
    command.push_back(fmt::format("{}:{}", context, stride));
  }
  const auto guide_run = run_process(command);
  ASSERT_EQ(guide_run.exit_code, 0) << guide_run.err;
  const Json guides = parse_json(guide_run.out, "hf_perplexity.py");

  for (size_t i = 0; i < plans.size(); ++i) {
    const auto [context, stride] = plans[i];
    const Json& guide = guides[i];
    EvalRequest hf;
    hf.model = folder / "model";
    hf.text.inputs = {folder / "rows.txt"};
    hf.text.protocol = Protocol::kHuggingFace;
    hf.options.context = context;
    hf.options.stride = stride;
    const EvalReport report = run_evaluation(hf, with_libtorch());
    EXPECT_EQ(report.model.tokens, guide["tokens"].get<int64_t>());
    EXPECT_EQ(report.model.documents, guide["rows"].get<int64_t>());
    // f32 forward passes of two libraries: some 1e-6 a token.
    EXPECT_NEAR(
        report.model.nats_per_token(),
        guide["nats"].get<double>() / guide["tokens"].get<double>(),
        1e-5);
    // The guide weights each window's mean by one token less than took part,
    // so with overlapping windows it is a hair off the exact sum.
    EXPECT_NEAR(
        report.model.perplexity() / guide["guide_perplexity"].get<double>(),
        1,
        stride == context ? 1e-5 : 5e-3);
    EXPECT_EQ(report.to_json()["protocol"], "hf");
  }
}

} // namespace
} // namespace nanobrain::testing
