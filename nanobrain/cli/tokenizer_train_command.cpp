// nanobrain tokenizer train: a tokenizer from documents.
#include <fmt/format.h>

#include <optional>

#include "nanobrain/base/file.h"
#include "nanobrain/base/progress.h"
#include "nanobrain/cli/command.h"
#include "nanobrain/cli/document_flags.h"
#include "nanobrain/cli/tokenizer_command.h"
#include "nanobrain/tokenizer/sentencepiece_trainer.h"

namespace nanobrain {

namespace {

struct TrainFlags {
  SentencePieceTraining training;
  std::string kind = "sentencepiece";
  std::vector<std::filesystem::path> inputs;
  DocumentOptions documents;
  std::filesystem::path output;
  bool force = false;
};

void run(const TrainFlags& flags, const Output& output) {
  const bool one_file = flags.output.extension() == ".model";
  if (one_file && !flags.force) require_new_file(flags.output, "tokenizer");
  std::optional<AtomicDirectory> folder;
  if (!one_file) folder.emplace(flags.output);
  const auto reader = open_documents(flags.inputs, flags.documents);
  const auto trained = train_sentencepiece(
      [&](std::string& text) { return reader->next(text); }, flags.training);
  const SentencePieceTokenizer& tokenizer = *trained.tokenizer;
  if (folder) {
    tokenizer.save(folder->path());
    folder->commit();
  } else {
    write_file(flags.output, tokenizer.model_bytes());
  }
  output.line(fmt::format(
      "{}: {} pieces, {:.3f} bytes per token",
      flags.output.string(),
      format_count(tokenizer.vocab_size()),
      trained.bytes_per_token()));
  output.result(
      {{"vocab_size", tokenizer.vocab_size()},
       {"bytes_per_token", trained.bytes_per_token()},
       {"sample_bytes", trained.sample_bytes},
       {"hash", tokenizer.hash()},
       {"input", reader->counts().to_json()}});
}

} // namespace

void add_tokenizer_train(CLI::App& tokenizer) {
  auto* command =
      tokenizer.add_subcommand("train", "train a tokenizer on documents");
  const auto flags = std::make_shared<TrainFlags>();
  SentencePieceTraining& training = flags->training;
  const Output output(*command);
  const auto flag = [&](const char* name, auto& field, const char* help) {
    return command->add_option(name, field, help)->capture_default_str();
  };
  flag("--kind", flags->kind, "of tokenizer")
      ->check(CLI::IsMember({"sentencepiece"}));
  flag("--vocab-size", training.vocab_size, "pieces in all");
  flag("--input", flags->inputs, "texts and folders")->required();
  flag("--output", flags->output, "a new folder, or one *.model file")
      ->required();
  flag("--sample-bytes", training.sample_bytes, "train on a sample this large");
  flag("--seed", training.seed, "of the sample");
  command->add_flag("--force", flags->force, "replace the *.model file");
  add_document_options(*command, flags->documents);
  command->callback([flags, output] { run(*flags, output); });
}

} // namespace nanobrain
