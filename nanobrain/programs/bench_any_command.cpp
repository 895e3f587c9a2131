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
  int64_t vocab_size = 32294;
};

TimedModels open_models(const ModelFlags& flags) {
  TimedModels models;
  for (const auto& path : flags.models) {
    const Capabilities& capabilities = all_capabilities();
    models.push_back(
        {path.string(),
         open_language_model(capabilities.find_folder(path), capabilities)});
  }
  if (!flags.config.empty()) {
    ModelConfig config = parse_run_config(flags.config, flags.overrides).model;
    if (config.vocab_size == 0) config.vocab_size = flags.vocab_size;
    models.push_back({flags.config.string(), make_random_f32_model(config)});
  }
  return models;
}

OpenModels add_models(CLI::App& command) {
  const auto flags = std::make_shared<ModelFlags>();
  command.add_option(
      "--model",
      flags->models,
      "model or run folder, f32 or int8; once for each");
  auto* config = command.add_option(
      "--config",
      flags->config,
      "YAML of a run: the model with random weights");
  add_overrides(command, flags->overrides)->needs(config);
  command
      .add_option(
          "--vocab-size",
          flags->vocab_size,
          "where the YAML leaves it to a tokenizer")
      ->capture_default_str()
      ->needs(config);
  return [flags] { return open_models(*flags); };
}

} // namespace

void add_bench_any(CLI::App& program) {
  add_bench_train(*add_bench(program, add_models));
}

} // namespace nanobrain
