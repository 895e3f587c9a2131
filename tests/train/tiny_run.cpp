#include "tests/train/tiny_run.h"

#include "nanobrain/base/checksum.h"
#include "nanobrain/base/progress.h"
#include "nanobrain/base/random.h"
#include "nanobrain/data/token_file.h"
#include "nanobrain/run/metrics_log.h"
#include "nanobrain/tokenizer_training/tokenizer_trainer.h"
#include "nanobrain/train/training_run.h"

namespace nanobrain::testing {

namespace {

constexpr const char* kConfig = R"(
model: {num_layers: 1, num_heads: 2, model_dim: 16, ffn_dim: 32, max_seq_len: 16}
data: {tokenizer: tokenizer, train: train.tokens, val: val.tokens}
train: {steps: 12, batch_size: 4, seq_len: 16, precision: f32, eval_every: 6,
        checkpoint_every: 3, sample_every: 6, keep_last: 10, sample_tokens: 5,
        threads: 1}
optimizer: {lr: 1.0e-2}
schedule: {warmup_steps: 2}
)";

void write_tokens(
    const fs::path& path,
    const Tokenizer& tokenizer,
    const std::vector<std::string>& documents) {
  TokenFileWriter writer(path, tokenizer);
  for (const auto& document : documents) {
    writer.append(
        tokenizer.encode(document), static_cast<int64_t>(document.size()));
  }
  writer.finish();
}

} // namespace

std::vector<std::string> tiny_documents(int64_t count, uint64_t seed) {
  static const std::vector<std::string> kWords = {
      "the", "cat", "sat", "warm", "mat", "dog", "ran", "far", "sun", "rose"};
  Random random(seed);
  std::vector<std::string> documents;
  for (int64_t i = 0; i < count; ++i) {
    std::string text;
    uint64_t word = random.below(kWords.size());
    for (int64_t j = 0; j < 40; ++j) {
      text += kWords[word] + (j % 8 == 7 ? ". " : " ");
      // Nearly always the word after it in the list.
      word = random.below(10) == 0 ? random.below(kWords.size())
                                   : (word + 1) % kWords.size();
    }
    text.pop_back();
    documents.push_back(text);
  }
  return documents;
}

std::shared_ptr<const Tokenizer> tiny_tokenizer(uint64_t seed) {
  const auto documents = tiny_documents(60, seed);
  size_t next = 0;
  return train_tokenizer(
             [&](std::string& text) {
               if (next == documents.size()) return false;
               text = documents[next++];
               return true;
             },
             {.vocab_size = 290})
      .tokenizer;
}

TinyRun::TinyRun() {
  set_progress_enabled(false);
  const auto tokenizer = tiny_tokenizer();
  fs::create_directory(path("tokenizer"));
  tokenizer->save(path("tokenizer"));
  write_tokens(path("train.tokens"), *tokenizer, tiny_documents(40, 2));
  write_tokens(path("val.tokens"), *tokenizer, tiny_documents(5, 3));
  write_text(config(), kConfig);
}

Json TinyRun::train(
    const std::string& name,
    const std::vector<std::string>& overrides,
    bool resume) const {
  return nanobrain::train(
      {.config = config(),
       .output = path(name),
       .overrides = overrides,
       .resume = resume});
}

std::string TinyRun::weights(const std::string& name) const {
  return sha256_of_file(path(name) / "model" / "model.safetensors");
}

std::vector<Json> metrics_without_times(const fs::path& run) {
  auto records = read_metrics(run / "metrics.jsonl");
  for (Json& record : records) {
    record.erase("elapsed_s");
    record.erase("tokens_per_s");
  }
  return records;
}

void rewind_run(const fs::path& run, int64_t step) {
  fs::remove_all(run / "model");
  Json record = read_json(run / "run.json");
  record.erase("result");
  write_json(run / "run.json", record);
  for (const std::string& name : names_in(run / "checkpoints")) {
    if (std::stoll(name.substr(name.find('-') + 1)) > step) {
      fs::remove_all(run / "checkpoints" / name);
    }
  }
}

} // namespace nanobrain::testing
