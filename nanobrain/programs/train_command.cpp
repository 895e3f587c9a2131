// nanobrain train: trains the model of a YAML, or resumes its run.
#include <fmt/format.h>

#include "nanobrain/base/fields.h"
#include "nanobrain/base/progress.h"
#include "nanobrain/config/run_config.h"
#include "nanobrain/programs/command.h"
#include "nanobrain/programs/flags.h"
#include "nanobrain/programs/table_output.h"
#include "nanobrain/run/run_config_file.h"
#include "nanobrain/train/find_lr.h"
#include "nanobrain/train/training_run.h"

namespace nanobrain {

namespace {

struct TrainFlags {
  TrainingRequest request;
  std::filesystem::path init_from;
  std::string device;
  std::optional<int64_t> threads;
  bool find_lr = false;
  bool quiet = false;
};

/// Flags that stand for a key of the YAML.
void add_key_flags(TrainFlags& flags) {
  auto& overrides = flags.request.overrides;
  const auto add = [&](const char* key, const Json& value) {
    overrides.push_back(fmt::format("{}={}", key, value.dump()));
  };
  if (!flags.init_from.empty()) {
    // Instead of what the YAML starts from; a --set that does is refused.
    overrides.insert(overrides.begin(), "init=null");
    add("train.init_from", flags.init_from.string());
  }
  if (!flags.device.empty()) add("train.device", flags.device);
  if (flags.threads) add("train.threads", *flags.threads);
}

void run(const TrainFlags& flags, const TableOutput& output) {
  const TrainingRequest& request = flags.request;
  if (flags.find_lr) {
    if (request.config.empty()) throw CLI::RequiredError("config");
    output.check({{"config", {request.config}}});
    const Json report =
        find_lr(read_run_config(request.config, request.overrides), {});
    return output.write({find_lr_table(report)}, report);
  }
  if (request.output.empty()) throw CLI::RequiredError("--output");
  const Json result = train(request);
  output.line("{}", describe_training(result));
  output.result(result);
}

} // namespace

void add_train(CLI::App& program) {
  CLI::App* sub = program.add_subcommand("train", "train a model");
  auto flags = std::make_shared<TrainFlags>();
  const TableOutput output(*sub, /*own_output=*/true);
  const AddFlag flag(*sub);
  flag("config", flags->request.config, "YAML of the run");
  flag("--output", flags->request.output, "run folder");
  flag("--resume", flags->request.resume, "continue where it stopped");
  flag("--init-from", flags->init_from, "model or run folder to fine-tune");
  flag("--device", flags->device, "cpu or cuda");
  flag("--threads", flags->threads, "CPU threads; 0: all");
  add_overrides(*sub, flags->request.overrides);
  flag("--find-lr", flags->find_lr, "no run: 100 steps at growing rates");
  flag("--quiet", flags->quiet, "no progress on stderr");
  sub->footer(
      "Keys of the YAML and their defaults:\n" + describe_fields(RunConfig{}));
  sub->callback([flags, output] {
    if (flags->quiet) set_progress_enabled(false);
    add_key_flags(*flags);
    run(*flags, output);
  });
}

} // namespace nanobrain
