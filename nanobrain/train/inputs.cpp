// What a run reads, checked before anything is written.
#include "nanobrain/train/inputs.h"

#include <span>

#include "nanobrain/base/error.h"
#include "nanobrain/config/model_folder.h"

namespace nanobrain {

namespace {

TokenFile open_token_file(const fs::path& path, const Tokenizer& tokenizer) {
  TokenFile file(path);
  file.require_tokenizer(tokenizer);
  file.check_tokens();
  return file;
}

std::string hash_text(const TokenFile& file) {
  return fmt::format("{:016x}", file.tokens_hash());
}

Json facts_of(const TokenFile& file) {
  return {
      {"path", file.path().string()},
      {"tokens", file.info().tokens},
      {"documents", file.info().documents},
      {"source_bytes", file.info().source_bytes},
      {"xxh3", hash_text(file)}};
}

} // namespace

Json TrainingInputs::facts(const RunConfig& config) const {
  Json facts = {
      {"tokenizer",
       {{"path", config.data.tokenizer.string()},
        {"kind", tokenizer->kind()},
        {"vocab_size", tokenizer->vocab_size()},
        {"sha256", tokenizer->hash()}}},
      {"train", facts_of(train)},
      {"val", facts_of(val)}};
  if (const fs::path& start = config.train.init_from; !start.empty()) {
    facts["init_from"] = {
        {"path", start.string()},
        {"sha256", sha256_of_file(start / kWeightsFile)}};
  }
  return facts;
}

Json TrainingInputs::seen(const TrainConfig& config, int64_t steps) const {
  const int64_t windows = config.windows_of(steps);
  return {
      {"tokens", windows * config.seq_len},
      {"seq_len", config.seq_len},
      {"windows", windows},
      {"data_seed", config.data_seed},
      {"train_tokens", train.size()},
      {"train_xxh3", hash_text(train)}};
}

TrainingInputs open_inputs(const RunConfig& config) {
  for (const auto& [key, path] :
       {std::pair("data.tokenizer", config.data.tokenizer),
        {"data.train", config.data.train},
        {"data.val", config.data.val}}) {
    require<UsageError>(
        !path.empty(), key, "is missing; name it in the config or by --set");
  }
  auto tokenizer = load_tokenizer(config.data.tokenizer);
  require<UsageError>(
      tokenizer->vocab_size() == config.model.vocab_size,
      "model.vocab_size",
      "is {}, but the tokenizer {} has {} tokens; leave the key out",
      config.model.vocab_size,
      config.data.tokenizer.string(),
      tokenizer->vocab_size());
  TokenFile train = open_token_file(config.data.train, *tokenizer);
  TokenFile val = open_token_file(config.data.val, *tokenizer);
  return {std::move(tokenizer), std::move(train), std::move(val)};
}

void require_same_inputs(const Json& before, const Json& now) {
  const auto check = [&](const char* key, const char* input, const char* hash) {
    const Json& was = before.at(input);
    const Json& is = now.at(input);
    require<UsageError>(
        was.at(hash) == is.at(hash),
        key,
        "is not what the run was started with: the {} of {} is {}, but that of "
        "{} was {}; name the same data to resume",
        hash,
        is.value("path", "it"),
        is.at(hash).get<std::string>(),
        was.value("path", "it"),
        was.at(hash).get<std::string>());
  };
  check("data.tokenizer", "tokenizer", "sha256");
  check("data.train", "train", "xxh3");
  check("data.val", "val", "xxh3");
  if (now.contains("init_from")) {
    check("train.init_from", "init_from", "sha256");
  }
}

BatchSource::BatchSource(const TokenFile& file, const TrainConfig& config)
    : file_(file),
      config_(config),
      sampler_(
          file.size(),
          config.seq_len,
          static_cast<uint64_t>(config.data_seed)) {}

Batch BatchSource::micro_batch(int64_t step, int64_t micro) const {
  const int64_t window = config_.seq_len + 1; // inputs and the last target
  const int64_t count = config_.batch_at(step);
  const auto begins =
      sampler_.draw(config_.windows_of(step) + micro * count, count);
  const torch::Tensor ids = torch::empty({count, window}, torch::kInt64);
  int64_t* row = ids.mutable_data_ptr<int64_t>();
  for (const int64_t begin : begins) {
    file_.copy(begin, std::span(row, static_cast<size_t>(window)));
    row += window;
  }
  file_.release_pages();
  const int64_t context = config_.context_at(step);
  return {
      ids.slice(1, 0, window - 1).contiguous().view({-1, context}),
      ids.slice(1, 1, window).contiguous().view({-1, context})};
}

} // namespace nanobrain
