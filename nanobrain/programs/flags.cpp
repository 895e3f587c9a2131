#include "nanobrain/programs/flags.h"

namespace nanobrain {

namespace {

/// A flag whose words stand for values; the first is the default.
template <class Value>
CLI::Option* add_choice(
    CLI::App& command,
    const char* name,
    Value& value,
    const char* help,
    const std::vector<std::pair<std::string, Value>>& choices) {
  std::vector<std::string> words;
  for (const auto& choice : choices) words.push_back(choice.first);
  return command
      .add_option_function<std::string>(
          name,
          [&value, choices](const std::string& word) {
            for (const auto& [key, meaning] : choices) {
              if (key == word) value = meaning;
            }
          },
          help)
      ->check(CLI::IsMember(words))
      ->default_str(words.front());
}

} // namespace

void add_document_options(
    CLI::App& command, DocumentOptions& options, bool plain) {
  const auto add = [&](const char* name, auto& value, const char* help) {
    return AddFlag(command)(name, value, help)->group("Documents");
  };
  add("--text-documents",
      options.text_documents,
      "txt: documents are separated by blank lines, or one a file")
      ->check(CLI::IsMember({"blank-line", "file"}));
  add("--text-key", options.text_key, "jsonl: the key that holds the text");
  add("--invalid-utf8",
      options.invalid_utf8,
      "documents that are not UTF-8: skip them, or replace the faults by "
      "U+FFFD")
      ->check(CLI::IsMember({"skip", "replace"}));
  add("--max-document-bytes",
      options.max_document_bytes,
      "longer documents are skipped and counted");
  if (plain) return;
  add("--text-column",
      options.text_column,
      "parquet: the column that holds the text");
}

void add_model(CLI::App& command, fs::path& model, bool int8_only) {
  const char* help =
      int8_only ? "int8 model folder" : "model folder, or run folder";
  AddFlag{command}("--model", model, help)->required();
}

void add_generate_options(CLI::App& command, GenerateOptions& options) {
  SamplerOptions& sampler = options.sampler;
  const AddFlag flag(command);
  flag("--max-tokens", options.max_tokens, "tokens to generate at most");
  flag("--temperature", sampler.temperature, "0: always the most likely token");
  flag("--top-k", sampler.top_k, "only the k most likely tokens; 0: all");
  flag(
      "--top-p",
      sampler.top_p,
      "only the most likely tokens whose probabilities reach this sum; 1: all");
  flag("--seed", options.seed, "seed of the random draws");
  flag(
      "--context",
      options.context,
      "tokens seen at once; default: as many as trained at");
}

void add_threads(CLI::App& command, int64_t& threads) {
  AddFlag{command}("--threads", threads, "CPU threads; 0: all");
}

void add_force(CLI::App& command, bool& force) {
  command.add_flag("--force", force, "replace files that exist");
}

CLI::Option* add_overrides(
    CLI::App& command, std::vector<std::string>& overrides) {
  return command
      .add_option(
          "--set", overrides, "KEY=VALUE over the YAML; may be repeated")
      ->expected(1)
      ->take_all();
}

CLI::Option* add_protocol(
    CLI::App& command, Protocol& protocol, const char* help) {
  return add_choice<Protocol>(
      command,
      "--protocol",
      protocol,
      help,
      {{"documents", Protocol::kDocuments}, {"hf", Protocol::kHuggingFace}});
}

void add_precision(CLI::App& command, bool& bf16) {
  add_choice<bool>(
      command,
      "--precision",
      bf16,
      "precision of the matrix products",
      {{"f32", false}, {"bf16", true}});
}

} // namespace nanobrain
