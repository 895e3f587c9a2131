// What an evaluation of `nanobrain` counts beside the model's loss.
#include <numbers>
#include <utility>

#include "nanobrain/base/error.h"
#include "nanobrain/base/message.h"
#include "nanobrain/inference/evaluation.h"
#include "nanobrain/inference/ngram_baselines.h"
#include "nanobrain/inference/part_counters.h"
#include "nanobrain/synthetic/corpus.h"
#include "nanobrain/synthetic/derivation.h"

namespace nanobrain {

namespace {

/// Sums -ln of the documents' exact probabilities as their tokens go by: the
/// floor of any honest loss. The first document that is not of the synthetic
/// grammar ends it: there is no floor then, and nothing more is parsed.
class SyntheticFloor : public TokenCounter {
 public:
  SyntheticFloor(const EvalRequest& request, const Tokenizer& tokenizer)
      : inputs_(request.text.inputs), tokenizer_(tokenizer) {}

  void add(const ScoredToken& token) override {
    if (!synthetic_) return;
    const TokenId id = token.id;
    if (id != tokenizer_.end_of_text()) {
      text_ += tokenizer_.bytes_of(id);
      return;
    }
    try {
      nats_ += synthetic_bits(text_) * std::numbers::ln2;
      ++documents_;
    } catch (const Error&) {
      synthetic_ = false;
    }
    text_.clear();
  }

  void finish(EvalReport& report) override {
    if (synthetic_ && documents_ > 0) {
      report.floor_nats = nats_;
    } else if (report.has_end_of_text) {
      explain_absence();
    }
  }

 private:
  /// Says why the texts of `synth` among the inputs get no entropy.
  void explain_absence() const {
    for (const fs::path& input : inputs_) {
      const fs::path bits = synthetic_bits_path(input);
      if (!fs::exists(bits)) continue;
      print_message(
          "eval: no entropy: {} is beside {}, but not every document scored "
          "is one of the synthetic grammar",
          bits.string(),
          input.string());
    }
  }

  const std::vector<fs::path>& inputs_;
  const Tokenizer& tokenizer_;
  std::string text_; // the document so far
  double nats_ = 0;
  int64_t documents_ = 0;
  bool synthetic_ = true;
};

} // namespace

std::vector<std::unique_ptr<TokenCounter>> make_counters(
    const EvalRequest& request, const Tokenizer& tokenizer) {
  std::vector<std::unique_ptr<TokenCounter>> counters;
  if (request.baseline_tokens) {
    counters.push_back(std::make_unique<NgramBaselines>(
        count_ngrams(
            *request.baseline_tokens,
            request.baseline_limit,
            find_model_folder(request.model),
            tokenizer),
        tokenizer));
  }
  // --protocol hf scores rows, not documents.
  if (request.text.protocol == Protocol::kDocuments) {
    counters.push_back(std::make_unique<SyntheticFloor>(request, tokenizer));
  }
  for (const std::string& by : request.by) {
    counters.push_back(make_part_counter(by, request, tokenizer));
  }
  return counters;
}

} // namespace nanobrain
