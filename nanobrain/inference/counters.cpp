// What an evaluation of `nanobrain` counts beside the model's loss.
#include <numbers>
#include <utility>

#include "nanobrain/base/error.h"
#include "nanobrain/base/message.h"
#include "nanobrain/config/model_folder.h"
#include "nanobrain/data/ngram.h"
#include "nanobrain/inference/evaluation.h"
#include "nanobrain/synthetic/corpus.h"
#include "nanobrain/synthetic/derivation.h"

namespace nanobrain {

namespace {

NgramModel count_ngrams(
    const EvalRequest& request, const Tokenizer& tokenizer) {
  const TokenFile file(*request.baseline_tokens);
  file.require_tokenizer(tokenizer);
  file.check_tokens();
  const Json trained = training_record(find_model_folder(request.model))
                           .value("tokens", Json(-1));
  return NgramModel::count(
      file,
      request.baseline_limit.value_or(
          trained.is_number_integer() ? trained.get<int64_t>() : -1));
}

/// Uniform, unigram, and Kneser-Ney bigram and trigram.
class NgramBaselines : public TokenCounter {
 public:
  NgramBaselines(const EvalRequest& request, const Tokenizer& tokenizer)
      : model_(count_ngrams(request, tokenizer)), scorer_(model_) {}

  void add(TokenId id) override { scorer_.add({&id, 1}); }
  void finish(EvalReport& report) const override {
    const NgramLosses& sums = scorer_.losses();
    for (const auto& [name, nats] :
         {std::pair("uniform", sums.uniform),
          std::pair("unigram", sums.unigram),
          std::pair("bigram (Kneser-Ney)", sums.bigram),
          std::pair("trigram (Kneser-Ney)", sums.trigram)}) {
      report.baselines.push_back({name, report.model}); // of the same tokens
      report.baselines.back().loss.nats = nats;
    }
    report.baseline_tokens = model_.tokens();
  }

 private:
  NgramModel model_;
  NgramScorer scorer_; // refers to model_
};

/// Sums -ln of the documents' exact probabilities as their tokens go by: the
/// floor of any honest loss. The first document that is not of the synthetic
/// grammar ends it: there is no floor then, and nothing more is parsed.
class SyntheticFloor : public TokenCounter {
 public:
  SyntheticFloor(const EvalRequest& request, const Tokenizer& tokenizer)
      : inputs_(request.text.inputs), tokenizer_(tokenizer) {}

  void add(TokenId id) override {
    if (!synthetic_) return;
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

  void finish(EvalReport& report) const override {
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
    counters.push_back(std::make_unique<NgramBaselines>(request, tokenizer));
  }
  // --protocol hf scores rows, not documents.
  if (request.text.protocol == Protocol::kDocuments) {
    counters.push_back(std::make_unique<SyntheticFloor>(request, tokenizer));
  }
  return counters;
}

} // namespace nanobrain
