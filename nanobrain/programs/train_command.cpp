// nanobrain train: trains the model of a YAML, or resumes its run.
#include <fmt/format.h>

#include "nanobrain/base/fields.h"
#include "nanobrain/base/progress.h"
#include "nanobrain/config/run_config.h"
#include "nanobrain/programs/command.h"
#include "nanobrain/programs/flags.h"
#include "nanobrain/train/training_run.h"

namespace nanobrain {

namespace {

struct TrainFlags {
  TrainingRequest request;
  std::filesystem::path init_from;
  std::string device;
  std::optional<int64_t> threads;
  bool quiet = false;
};

/// Flags that stand for a key of the YAML.
void add_key_flags(TrainFlags& flags) {
  auto& overrides = flags.request.overrides;
  const auto add = [&](const char* key, const Json& value) {
    overrides.push_back(fmt::format("{}={}", key, value.dump()));
  };
  if (!flags.init_from.empty()) {
    add("train.init_from", flags.init_from.string());
  }
  if (!flags.device.empty()) add("train.device", flags.device);
  if (flags.threads) add("train.threads", *flags.threads);
}

} // namespace

void add_train(CLI::App& program) {
  CLI::App* sub = program.add_subcommand("train", "train a model");
  auto flags = std::make_shared<TrainFlags>();
  const Output output(*sub);
  const AddFlag flag(*sub);
  flag("config", flags->request.config, "YAML of the run");
  flag("--output", flags->request.output, "run folder")->required();
  flag("--resume", flags->request.resume, "continue where it stopped");
  flag("--init-from", flags->init_from, "model or run folder to fine-tune");
  flag("--device", flags->device, "cpu or cuda");
  flag("--threads", flags->threads, "CPU threads; 0: all");
  add_overrides(*sub, flags->request.overrides);
  flag("--quiet", flags->quiet, "no progress on stderr");
  sub->footer(
      "Keys of the YAML and their defaults:\n" + describe_fields(RunConfig{}));
  sub->callback([flags, output] {
    if (flags->quiet) set_progress_enabled(false);
    add_key_flags(*flags);
    const Json result = train(flags->request);
    output.line("{}", describe_training(result));
    output.result(result);
  });
}

} // namespace nanobrain
