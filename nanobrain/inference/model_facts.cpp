#include "nanobrain/inference/model_facts.h"

#include <fmt/ranges.h>

#include <map>

#include "nanobrain/base/host.h"
#include "nanobrain/base/isa.h"
#include "nanobrain/base/safetensors.h"
#include "nanobrain/config/model_folder.h"
#include "nanobrain/config/parameters.h"
#include "nanobrain/inference/open_model.h"

namespace nanobrain {

Json read_model_facts(const std::filesystem::path& path) {
  const fs::path folder = find_model_folder(path);
  const auto [model, tokenizer] = open_model(folder, {});
  const ModelConfig& config = model->config();
  const SafetensorsFile file(folder / kInt8WeightsFile);
  const auto bytes_of = [&](const std::string& name) {
    const auto it = file.tensors().find(name);
    return it == file.tensors().end() ? 0 : std::ssize(it->second.data);
  };
  int64_t parameters = 0;
  std::map<Part, int64_t> bytes;
  int64_t header = model->file_bytes();
  for (const Parameter& p : list_parameters(config)) {
    const int64_t values = bytes_of(p.huggingface_name());
    const int64_t all = values + bytes_of(p.scale_name());
    if (values > 0) parameters += p.count();
    bytes[p.part] += all;
    header -= all;
  }
  std::vector<std::string_view> isas;
  for (const Isa isa : available_isas()) isas.emplace_back(name(isa));
  return {
      {"parameters", parameters},
      {"bytes", model->file_bytes()},
      {"bytes_by_part",
       {{title(Part::kEmbedder) + " and head", bytes[Part::kEmbedder]},
        {title(Part::kPositions), bytes[Part::kPositions]},
        {title(Part::kBlocks), bytes[Part::kBlocks]},
        {title(Part::kFinalNorm), bytes[Part::kFinalNorm]},
        {"header", header}}},
      {"num_layers", config.num_layers},
      {"num_heads", config.num_heads},
      {"model_dim", config.model_dim},
      {"ffn_dim", config.ffn_dim},
      {"vocab_size", config.vocab_size},
      {"max_seq_len", config.max_seq_len},
      {"trained_context", model->trained_context()},
      {"activation", config.activation},
      {"end_of_text", read_model_config(folder).end_of_text},
      {"tokenizer",
       {{"kind", tokenizer->kind()},
        {"vocab_size", tokenizer->vocab_size()},
        {"hash", tokenizer->hash()}}},
      {"isa", name(active_isa())},
      {"isas_available", isas},
      {"threads", available_cpus()},
      {"cpu", cpu_name()},
      {"commit", build_commit()}};
}

Table facts_table(const Json& facts) {
  const auto word = [](const Json& value) { return value.get<std::string>(); };
  const Json& tokenizer = facts["tokenizer"];
  Table table{
      .preface = {fmt::format(
          "{} parameters, {}: {} layers, {} heads, width {}, feed-forward {}, "
          "vocabulary {}, context {} (trained at {})",
          format_value(facts["parameters"], kCount),
          format_value(facts["bytes"], kBytes),
          facts["num_layers"].dump(),
          facts["num_heads"].dump(),
          facts["model_dim"].dump(),
          facts["ffn_dim"].dump(),
          format_value(facts["vocab_size"], kCount),
          facts["max_seq_len"].dump(),
          facts["trained_context"].dump())},
      .columns = {word_column("part", "part"), {"bytes", "bytes", kCount}},
      .notes = {
          fmt::format(
              "tokenizer: {}, {} ids, SHA-256 {}",
              word(tokenizer["kind"]),
              format_value(tokenizer["vocab_size"], kCount),
              word(tokenizer["hash"])),
          fmt::format(
              "machine: {} (of {}), {} threads, {}",
              word(facts["isa"]),
              fmt::join(
                  facts["isas_available"].get<std::vector<std::string>>(), " "),
              facts["threads"].dump(),
              word(facts["cpu"])),
          fmt::format("program: {}", word(facts["commit"]))}};
  for (const auto& [part, bytes] : facts["bytes_by_part"].items()) {
    table.rows.push_back({part, bytes});
  }
  return table;
}

} // namespace nanobrain
