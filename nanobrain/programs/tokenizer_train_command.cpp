// nanobrain tokenizer train: a tokenizer from documents.
#include "nanobrain/base/progress.h"
#include "nanobrain/data/documents.h"
#include "nanobrain/data/prepare.h"
#include "nanobrain/programs/command.h"
#include "nanobrain/programs/flags.h"
#include "nanobrain/tokenizer_training/tokenizer_trainer.h"

namespace nanobrain {

namespace {

struct TokenizerTrainFlags {
  TokenizerTraining training;
  std::vector<std::filesystem::path> inputs;
  DocumentOptions documents;
  double val_fraction = 0; // as prepare will split, left out here
  std::optional<double> test_fraction;
  uint64_t split_seed = 0;
  std::filesystem::path output;
  bool force = false;
};

void run(const TokenizerTrainFlags& flags, const Output& output) {
  const auto reader = open_documents(flags.inputs, flags.documents);
  const auto trained = train_tokenizer(
      [&](std::string& text) {
        while (reader->next(text)) {
          const Side side = side_of(
              text,
              flags.val_fraction,
              flags.test_fraction.value_or(flags.val_fraction),
              flags.split_seed);
          if (side == Side::kTrain) return true;
        }
        return false;
      },
      flags.training,
      flags.output,
      flags.force);
  const Tokenizer& tokenizer = *trained.tokenizer;
  output.line(
      "{}: {} pieces, {:.3f} bytes per token",
      flags.output.string(),
      format_count(tokenizer.vocab_size()),
      trained.bytes_per_token());
  output.result(
      {{"vocab_size", tokenizer.vocab_size()},
       {"bytes_per_token", trained.bytes_per_token()},
       {"sample_bytes", trained.sample_bytes},
       {"hash", tokenizer.hash()},
       {"input", reader->counts().to_json()}});
}

void add_tokenizer_train(CLI::App& tokenizer) {
  auto* command =
      tokenizer.add_subcommand("train", "train a tokenizer on documents");
  const auto flags = std::make_shared<TokenizerTrainFlags>();
  TokenizerTraining& training = flags->training;
  const Output output(*command);
  const AddFlag flag(*command);
  flag("--kind", training.kind, "kind of tokenizer")
      ->check(CLI::IsMember({"sentencepiece", "lexical"}));
  flag("--vocab-size", training.vocab_size, "pieces in all");
  flag("--input", flags->inputs, "texts and folders")->required();
  flag("--output", flags->output, "a new folder, or one *.model (*.json) file")
      ->required();
  flag(
      "--sample-bytes",
      training.sample_bytes,
      "train on a sample this large; 32 MB by default, lexical 100 MB");
  flag("--seed", training.seed, "seed of the sample");
  flag(
      "--val-fraction",
      flags->val_fraction,
      "leave out what prepare holds out with these flags")
      ->check(CLI::Range(0.0, 1.0));
  flag(
      "--test-fraction",
      flags->test_fraction,
      "default: that of --val-fraction")
      ->check(CLI::Range(0.0, 1.0));
  flag("--split-seed", flags->split_seed, "prepare's");
  add_force(*command, flags->force);
  add_document_options(*command, flags->documents);
  command->callback([flags, output] { run(*flags, output); });
}

} // namespace

void add_tokenizer(CLI::App& program) {
  auto* command = program.add_subcommand(
      "tokenizer", "train a tokenizer; texts to ids and back");
  command->require_subcommand(1);
  add_tokenizer_train(*command);
  add_tokenizer_convert(*command);
}

} // namespace nanobrain
