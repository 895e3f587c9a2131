#include "nanobrain/train/train_bench.h"

#include <c10/core/CachingDeviceAllocator.h>
#include <fmt/format.h>

#include "nanobrain/base/error.h"
#include "nanobrain/base/host.h"
#include "nanobrain/base/interrupt.h"
#include "nanobrain/base/progress.h"
#include "nanobrain/config/parameters.h"
#include "nanobrain/inference/statistics.h"
#include "nanobrain/kernels/backend.h"
#include "nanobrain/model/autocast.h"
#include "nanobrain/model/gradient_pass.h"
#include "nanobrain/optimizer/gradient_norm.h"
#include "nanobrain/optimizer/groups.h"

namespace nanobrain {

namespace {

Batch random_batch(const RunConfig& config) {
  const auto draw = [&] {
    return torch::randint(
        config.model.vocab_size,
        {config.train.batch_size, config.train.seq_len},
        at::TensorOptions(at::kLong).device(config.train.device));
  };
  return {draw(), draw()};
}

/// Of LibTorch's allocations on a device.
int64_t peak_bytes(torch::Device device) {
  constexpr auto kAll =
      static_cast<size_t>(c10::CachingAllocator::StatType::AGGREGATE);
  return c10::getDeviceAllocator(device.type())
      ->getDeviceStats(0)
      .allocated_bytes[kAll]
      .peak;
}

} // namespace

Json bench_train(const RunConfig& config, const TrainBenchOptions& options) {
  require<UsageError>(
      options.steps >= 1 && options.warm_up >= 0,
      "bench",
      "takes 1 step or more after 0 steps of warm-up or more, but has {} and "
      "{}",
      options.steps,
      options.warm_up);
  config.validate();
  const int64_t threads = set_threads(config.train.threads);
  NanoLM model(config.model, static_cast<uint64_t>(config.train.seed));
  model->to(torch::Device(config.train.device));
  ParameterGroups optimizer(
      config, optimized_parameters(*model, list_parameters(config.model)));
  GradientPass gradients(model, uses_bf16(config.train));
  UpdateRatio update_ratio(model->parameters());
  torch::manual_seed(config.train.data_seed);
  const auto tokens = static_cast<double>(config.tokens_per_step());

  Phases phases{.device = torch::Device(config.train.device)};
  gradients.measure(&phases);
  std::vector<double> tokens_per_s; // of each step
  Stopwatch counted;                // from the first step that counts
  for (int64_t step = -options.warm_up;
       step < options.steps || counted.seconds() < options.seconds;
       ++step) {
    check_interrupted();
    if (step == 0) {
      phases = {.device = phases.device};
      counted = {};
    }
    const Stopwatch watch;
    gradients.begin_step();
    for (int64_t m = 0; m < config.train.grad_accum_steps; ++m) {
      Batch batch;
      {
        const PhaseTimer timer(&phases, &Phases::data);
        batch = random_batch(config);
      }
      gradients.loss_and_gradients(batch, 1 / tokens);
    }
    {
      const PhaseTimer timer(&phases, &Phases::optimizer);
      const double norm = gradient_norm(model->parameters());
      if (config.train.log_every == 1) update_ratio.before_update();
      optimizer.step(
          step + options.warm_up,
          step + options.warm_up,
          clip_scale(norm, config.train.clip_norm));
      if (config.train.log_every == 1) update_ratio.after_update();
    }
    if (step >= 0) tokens_per_s.push_back(tokens / watch.seconds());
  }
  const Statistics speed = statistics_of(tokens_per_s);
  Json report = {
      {"tokens_per_s", speed.p50},
      {"min", speed.min},
      {"max", speed.max},
      {"steps", speed.count},
      {"tokens_per_step", config.tokens_per_step()},
      {"shares",
       {{"data", phases.data / phases.total()},
        {"body", phases.body / phases.total()},
        {"head", phases.head / phases.total()},
        {"optimizer", phases.optimizer / phases.total()}}},
      {"parameters", count_parameters(config.model)},
      {"peak_rss_bytes", peak_rss_bytes()},
      {"precision", uses_bf16(config.train) ? "bf16" : "f32"},
      {"threads", threads},
      {"cpu", cpu_name()},
      {"backend", backend_summary()},
      {"device", config.train.device},
      {"commit", build_commit()}};
  if (!phases.device.is_cpu()) {
    report["peak_device_bytes"] = peak_bytes(phases.device);
  }
  return report;
}

Table train_bench_table(const Json& report) {
  Table table{
      .columns =
          {word_column("precision", "products"),
           {.key = "threads", .title = "threads"},
           {.key = "tokens_per_s", .title = "tokens/s", .format = "{:.0f}"},
           {.key = "min", .title = "min", .format = "{:.0f}"},
           {.key = "max", .title = "max", .format = "{:.0f}"}},
      .notes = {
          fmt::format(
              "the median of {} steps of {} tokens, and what of their time a "
              "part takes; {} parameters",
              report["steps"].dump(),
              format_count(report["tokens_per_step"]),
              format_count(report["parameters"])),
          fmt::format(
              "{}, {}",
              report["cpu"].get<std::string>(),
              report["backend"].get<std::string>())}};
  TableRow row;
  for (const Column& column : table.columns) {
    row.emplace_back(report[column.key]);
  }
  for (const auto& [part, share] : report["shares"].items()) {
    table.columns.push_back({.key = part, .title = part});
    row.emplace_back(share, fmt::format("{:.1f} %", 100 * share.get<double>()));
  }
  table.columns.push_back(
      {.key = "peak_rss_bytes", .title = "peak memory", .format = kBytes});
  row.emplace_back(report["peak_rss_bytes"]);
  if (report.contains("peak_device_bytes")) {
    table.columns.push_back(
        {.key = "peak_device_bytes",
         .title = "on the device",
         .format = kBytes});
    row.emplace_back(report["peak_device_bytes"]);
  }
  table.rows = {row};
  return table;
}

} // namespace nanobrain
