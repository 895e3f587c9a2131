#include "nanobrain/tokenizer_training/tokenizer_trainer.h"

#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"
#include "nanobrain/tokenizer_training/lexical_trainer.h"
#include "nanobrain/tokenizer_training/sentencepiece_trainer.h"

namespace nanobrain {

namespace {

/// `train` is called once `output` is known to be free.
template <class Train>
Trained<Tokenizer> train_into(
    const NextDocument& next,
    const TokenizerTraining& training,
    const std::filesystem::path& output,
    bool replace,
    const char* extension,
    const Train& train) {
  const bool one_file = output.extension() == extension;
  if (one_file && !replace) require_new_file(output, "tokenizer");
  std::optional<AtomicDirectory> folder;
  if (!one_file) folder.emplace(output);
  const auto trained = train(next, training);
  if (one_file) {
    write_file(output, trained.tokenizer->model_bytes());
  } else {
    trained.tokenizer->save(folder->path());
    folder->commit();
  }
  return {trained.tokenizer, trained.sample_bytes, trained.sample_tokens};
}

} // namespace

Trained<Tokenizer> train_tokenizer(
    const NextDocument& next,
    const TokenizerTraining& training,
    const std::filesystem::path& output,
    bool replace) {
  if (training.kind == "sentencepiece") {
    return train_into(
        next, training, output, replace, ".model", train_sentencepiece);
  }
  require<UsageError>(
      training.kind == "lexical",
      "tokenizer train",
      "the kind must be sentencepiece or lexical, but is \"{}\"",
      training.kind);
  return train_into(next, training, output, replace, ".json", train_lexical);
}

} // namespace nanobrain
