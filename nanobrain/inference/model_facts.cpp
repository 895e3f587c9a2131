#include "nanobrain/inference/model_facts.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>

#include "nanobrain/base/host.h"
#include "nanobrain/base/isa.h"
#include "nanobrain/base/progress.h"
#include "nanobrain/base/safetensors.h"
#include "nanobrain/config/model_folder.h"
#include "nanobrain/config/parameters.h"
#include "nanobrain/inference/open_model.h"

namespace nanobrain {

namespace {

std::vector<std::string> isa_names() {
  std::vector<std::string> names;
  for (const Isa isa : available_isas()) names.emplace_back(name(isa));
  return names;
}

} // namespace

ModelFacts read_model_facts(const std::filesystem::path& folder) {
  const auto [model, tokenizer] = open_model(folder, {});
  ModelFacts facts{
      .config = model->config(),
      .end_of_text = read_model_config(folder).end_of_text,
      .file_bytes = model->file_bytes(),
      .tokenizer = tokenizer->kind(),
      .tokenizer_ids = tokenizer->vocab_size(),
      .tokenizer_hash = tokenizer->hash()};
  const SafetensorsFile file(folder / kInt8WeightsFile);
  const auto bytes_of = [&](const std::string& name) {
    const auto it = file.tensors().find(name);
    return it == file.tensors().end()
               ? 0
               : static_cast<int64_t>(it->second.data.size());
  };
  std::map<Part, int64_t> bytes;
  int64_t header = facts.file_bytes;
  for (const Parameter& p : list_parameters(facts.config)) {
    const int64_t values = bytes_of(p.huggingface_name());
    const int64_t all = values + bytes_of(p.huggingface_name() + ".scale");
    if (values > 0) facts.parameters += p.count();
    bytes[p.part] += all;
    header -= all;
  }
  facts.bytes_by_part = {
      {"embedder and head", bytes[Part::kEmbedder]},
      {"positions", bytes[Part::kPositions]},
      {"blocks", bytes[Part::kBlocks]},
      {"final norm", bytes[Part::kFinalNorm]},
      {"header", header}};
  return facts;
}

Json ModelFacts::to_json() const {
  Json parts = Json::object();
  for (const auto& [part, bytes] : bytes_by_part) parts[part] = bytes;
  return {
      {"parameters", parameters},
      {"bytes", file_bytes},
      {"bytes_by_part", parts},
      {"num_layers", config.num_layers},
      {"num_heads", config.num_heads},
      {"model_dim", config.model_dim},
      {"ffn_dim", config.ffn_dim},
      {"vocab_size", config.vocab_size},
      {"max_seq_len", config.max_seq_len},
      {"activation", config.activation},
      {"end_of_text", end_of_text},
      {"tokenizer",
       {{"kind", tokenizer},
        {"vocab_size", tokenizer_ids},
        {"hash", tokenizer_hash}}},
      {"isa", name(active_isa())},
      {"isas_available", isa_names()},
      {"threads", available_cpus()},
      {"cpu", cpu_name()},
      {"commit", build_commit()}};
}

std::string ModelFacts::to_text() const {
  std::string text = fmt::format(
      "model      {} parameters, {}: {} layers, {} heads, width {}, "
      "feed-forward {}, vocabulary {}, context {}\n",
      format_count(parameters),
      format_bytes(static_cast<double>(file_bytes)),
      config.num_layers,
      config.num_heads,
      config.model_dim,
      config.ffn_dim,
      format_count(config.vocab_size),
      config.max_seq_len);
  for (const auto& [part, bytes] : bytes_by_part) {
    text += fmt::format("  {:<18}{:>12} bytes\n", part, format_count(bytes));
  }
  text += fmt::format(
      "tokenizer  {}, {} ids, SHA-256 {}\n"
      "machine    {} (of {}), {} threads, {}\n"
      "program    {}\n",
      tokenizer,
      format_count(tokenizer_ids),
      tokenizer_hash,
      name(active_isa()),
      fmt::join(isa_names(), " "),
      available_cpus(),
      cpu_name(),
      build_commit());
  return text;
}

} // namespace nanobrain
