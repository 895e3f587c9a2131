#include "nanobrain/inference/generate.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>

#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"
#include "nanobrain/base/interrupt.h"
#include "nanobrain/base/parallel.h"
#include "nanobrain/base/stopwatch.h"
#include "nanobrain/base/utf8.h"

namespace nanobrain {

namespace {

std::string prompt_of(std::string_view line, const std::string& where) {
  const Json json = parse_json(line, where);
  require(
      json.is_object() && json.contains("prompt") && json["prompt"].is_string(),
      where,
      "holds no text under \"prompt\"; write {{\"prompt\": \"...\"}}");
  return json["prompt"];
}

int64_t context_of(const GenerationRequest& request, LanguageModel& model) {
  const int64_t context = choose_context(
      "generate",
      request.options.context,
      model.trained_context(),
      request.model.string());
  require<UsageError>(
      context >= 1 && context <= model.config().max_seq_len,
      "generate",
      "context is {}; it must be from 1 to the model's max_seq_len, {}",
      context,
      model.config().max_seq_len);
  return context;
}

} // namespace

void GenerateOptions::validate() const {
  require<UsageError>(
      max_tokens >= 0,
      "generate",
      "max_tokens is {}; it must be 0 or more",
      max_tokens);
  sampler.validate();
}

Json Generated::to_json() const {
  const auto tokens = static_cast<double>(ids.size());
  return {
      {"text", text},
      {"tokens", ids.size()},
      {"tokens_per_s", seconds > 0 ? tokens / seconds : 0},
      {"ended", ended}};
}

Generated generate(
    Predictor& predictor,
    const Tokenizer& tokenizer,
    std::string_view prompt,
    const GenerateOptions& options,
    const OnText& on_text) {
  options.validate();
  const TokenId end_of_text = tokenizer.end_of_text();
  std::vector<TokenId> ids;
  if (end_of_text >= 0) ids.push_back(end_of_text);
  const auto encoded = tokenizer.encode(prompt);
  ids.insert(ids.end(), encoded.begin(), encoded.end());
  require<UsageError>(
      !ids.empty(),
      "generate",
      "the tokenizer has no end-of-text token to start from; give a prompt");

  const Stopwatch watch;
  Generated result;
  Utf8Stream characters;
  const auto show = [&](const std::string& text) {
    if (text.empty()) return;
    result.text += text;
    if (on_text) on_text(text);
  };
  Sampler sampler(options.sampler);
  Random random(options.seed);
  size_t read = 0;
  while (static_cast<int64_t>(result.ids.size()) < options.max_tokens) {
    predictor.feed(std::span(ids).subspan(read));
    read = ids.size();
    const auto logits = predictor.logits();
    // Ids past the tokenizer's have no bytes.
    const size_t count =
        std::min(logits.size(), static_cast<size_t>(tokenizer.vocab_size()));
    const TokenId id = sampler.sample(logits.first(count), random);
    result.ended = id == end_of_text;
    if (result.ended) break;
    ids.push_back(id);
    result.ids.push_back(id);
    show(characters.feed(tokenizer.bytes_of(id)));
  }
  show(characters.finish());
  result.seconds = watch.seconds();
  return result;
}

std::vector<Generated> run_generation(
    const GenerationRequest& request,
    const Capabilities& capabilities,
    const std::function<void(int64_t sample, std::string_view text)>& on_text) {
  request.options.validate();
  require<UsageError>(
      request.num_samples >= 1,
      "generate",
      "num_samples is {}; it must be 1 or more",
      request.num_samples);
  const int64_t threads = resolve_threads(request.threads);
  const auto [model, tokenizer] = open_model(request.model, capabilities);
  const int64_t context = context_of(request, *model);
  // A prompt that it cannot take is refused before a word is shown.
  tokenizer->encode(request.prompt);
  std::vector<Generated> samples;
  for (int64_t i = 0; i < request.num_samples; ++i) {
    GenerateOptions options = request.options;
    options.seed += static_cast<uint64_t>(i);
    on_text(i, {});
    samples.push_back(generate(
        *model->make_predictor(threads, context),
        *tokenizer,
        request.prompt,
        options,
        [&](std::string_view text) {
          on_text(i, text);
          check_interrupted();
        }));
  }
  return samples;
}

void generate_batch(
    const GenerationRequest& request,
    const Capabilities& capabilities,
    std::span<const std::string> prompts,
    const std::function<void(size_t index, const Generated&)>& on_result) {
  request.options.validate();
  const auto opened = open_model(request.model, capabilities);
  const int64_t context = context_of(request, *opened.model);
  std::mutex mutex;
  std::map<size_t, Generated> waiting; // for those before them
  size_t next = 0;
  parallel_for(std::ssize(prompts), request.threads, [&](int64_t i) {
    const auto index = static_cast<size_t>(i);
    check_interrupted();
    Generated generated = generate(
        *opened.model->make_predictor(1, context), // runs on its caller
        *opened.tokenizer,
        prompts[index],
        request.options,
        [](std::string_view) { check_interrupted(); });
    const std::lock_guard lock(mutex);
    waiting.emplace(index, std::move(generated));
    for (; waiting.contains(next); ++next) {
      on_result(next, waiting.extract(next).mapped());
    }
  });
}

std::vector<std::string> read_prompts(const std::filesystem::path& file) {
  const std::string text = read_file(file);
  require(
      !text.empty(), file.string(), "is empty; write a prompt on each line");
  const bool json =
      file.extension() == ".jsonl" || file.extension() == ".ndjson";
  std::vector<std::string> prompts;
  for (std::string_view rest = text; !rest.empty();) {
    const size_t length = rest.find('\n');
    std::string_view line = rest.substr(0, length);
    rest.remove_prefix(length == rest.npos ? rest.size() : length + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    const std::string where =
        fmt::format("{}, line {}", file.string(), prompts.size() + 1);
    const size_t fault = find_invalid_utf8(line);
    require(
        fault == line.npos,
        where,
        "the prompt is not valid UTF-8 at byte {}; convert it first",
        fault);
    prompts.push_back(json ? prompt_of(line, where) : std::string(line));
  }
  return prompts;
}

} // namespace nanobrain
