// nanobrain bench: how fast this machine does the work of the other commands.
#include "nanobrain/model/f32_model.h"
#include "nanobrain/programs/command.h"
#include "nanobrain/programs/flags.h"
#include "nanobrain/run/run_config_file.h"

namespace nanobrain {

namespace {

struct ModelFlags {
  std::vector<std::filesystem::path> models;
  std::filesystem::path config;
  std::vector<std::string> overrides;
  int64_t vocab_size = ModelConfig().vocab_size;
};

OpenModels add_models(CLI::App& command) {
  const auto flags = std::make_shared<ModelFlags>();
  const AddFlag flag(command);
  flag(
      "--model",
      flags->models,
      "model or run folder, f32 or int8; once for each");
  auto* config = flag(
      "--config",
      flags->config,
      "YAML of a run: the model with random weights");
  add_overrides(command, flags->overrides)->needs(config);
  flag(
      "--vocab-size",
      flags->vocab_size,
      "where the YAML leaves it to a tokenizer")
      ->needs(config);
  return [flags] {
    const Capabilities& all = all_capabilities();
    NamedModels models;
    for (const auto& path : flags->models) {
      models.push_back(
          {path.string(), open_language_model(find_model_folder(path), all)});
    }
    if (!flags->config.empty()) {
      ModelConfig config =
          parse_run_config(flags->config, flags->overrides).model;
      if (config.vocab_size == 0) config.vocab_size = flags->vocab_size;
      models.push_back({flags->config.string(), make_random_f32_model(config)});
    }
    return models;
  };
}

} // namespace

void add_bench_any(CLI::App& program) {
  add_bench_train(*add_bench(program, add_models));
}

} // namespace nanobrain
