#include "nanobrain/eval/ngram_baselines.h"

#include <utility>

namespace nanobrain {

namespace {

NgramModel count(
    const std::filesystem::path& path,
    std::optional<int64_t> limit,
    const Tokenizer& tokenizer) {
  const TokenFile file(path);
  file.require_tokenizer(tokenizer);
  file.check_tokens();
  return NgramModel::count(file, limit.value_or(-1));
}

} // namespace

NgramBaselines::NgramBaselines(
    const std::filesystem::path& path,
    std::optional<int64_t> limit,
    const Tokenizer& tokenizer)
    : model_(count(path, limit, tokenizer)), scorer_(model_) {}

std::vector<Baseline> NgramBaselines::losses(const LossSum& model) const {
  const NgramLosses& sums = scorer_.losses();
  std::vector<Baseline> list;
  for (const auto& [name, nats] :
       {std::pair("uniform", sums.uniform),
        std::pair("unigram", sums.unigram),
        std::pair("bigram (Kneser-Ney)", sums.bigram),
        std::pair("trigram (Kneser-Ney)", sums.trigram)}) {
    list.push_back({name, model}); // the counts are the same
    list.back().loss.nats = nats;
  }
  return list;
}

} // namespace nanobrain
