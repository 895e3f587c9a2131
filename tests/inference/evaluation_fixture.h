// What tests of run_evaluation() share.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "nanobrain/base/progress.h"
#include "nanobrain/config/model_folder.h"
#include "nanobrain/inference/evaluation.h"
#include "nanobrain/inference/int8_model.h"
#include "nanobrain/synthetic/derivation.h"
#include "tests/runtime/int8_model.h"
#include "tests/tokenizer/texts.h"

namespace nanobrain::testing {

/// A small random int8 model with a tokenizer of its own, in a folder that
/// looks like a run's, beside synthetic texts: made once for all tests.
class EvaluationTest : public ::testing::Test {
 protected:
  static constexpr int64_t kTrained = 2000; // tokens, as the record says

  static void SetUpTestSuite() {
    set_progress_enabled(false);
    folder_ = new TempDir;
    SyntheticGenerator generator(1);
    const auto train = draw(generator, 150);
    val_ = draw(generator, 12);
    std::vector<std::string> texts;
    for (const auto& document : train) texts.push_back(document.text);
    tokenizer_ = trained_on(texts, {.vocab_size = 500});
    write_model_folder(
        *folder_ / "model",
        {},
        tokenizer_.get(),
        {{"training", {{"tokens", kTrained}}}},
        [](const fs::path& folder) {
          int8_model_for(*tokenizer_, {.max_seq_len = 32}).write(folder);
        });
    std::string text;
    for (const auto& document : val_) text += document.text + "\n\n";
    write_text(*folder_ / "val.txt", text);
    write_tokens("train.tokens", train);
    write_tokens("val.tokens", val_);
  }
  static void TearDownTestSuite() {
    tokenizer_.reset();
    delete folder_;
  }

  static std::vector<SyntheticDocument> draw(
      SyntheticGenerator& generator, int count) {
    std::vector<SyntheticDocument> documents;
    for (int i = 0; i < count; ++i) documents.push_back(generator.next());
    return documents;
  }
  static void write_tokens(
      const char* name, const std::vector<SyntheticDocument>& documents) {
    TokenFileWriter writer(*folder_ / name, *tokenizer_);
    for (const auto& [text, bits] : documents) {
      writer.append(
          tokenizer_->encode(text), static_cast<int64_t>(text.size()));
    }
    writer.finish();
  }

  static EvalRequest request(const std::string& input = "val.txt") {
    EvalRequest request;
    request.model = folder_->path();
    request.text.inputs = {*folder_ / input};
    return request;
  }
  static EvalReport run(const EvalRequest& request) {
    return run_evaluation(request, {.make_counters = make_counters});
  }
  /// What is run is request() after `change`.
  template <class E, class Change>
  static void refused(const std::string& words, const Change& change) {
    EvalRequest changed = request();
    change(changed);
    EXPECT_ERROR(E, words, run(changed));
  }

  static inline TempDir* folder_ = nullptr;
  static inline std::vector<SyntheticDocument> val_;
  static inline std::shared_ptr<const Tokenizer> tokenizer_;
};

} // namespace nanobrain::testing
