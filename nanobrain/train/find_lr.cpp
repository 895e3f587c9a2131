// A range test of the learning rate.
#include "nanobrain/train/find_lr.h"

#include <cmath>

#include "nanobrain/base/error.h"
#include "nanobrain/base/interrupt.h"
#include "nanobrain/base/progress.h"
#include "nanobrain/kernels/backend.h"
#include "nanobrain/model/autocast.h"
#include "nanobrain/optimizer/gradient_norm.h"
#include "nanobrain/optimizer/groups.h"
#include "nanobrain/train/initial_model.h"
#include "nanobrain/train/step_gradients.h"

namespace nanobrain {

namespace {

/// Mean of the losses so far, newer ones with more weight, as Adam's moments.
class Smoothed {
 public:
  double operator()(double loss) {
    constexpr double kDecay = 0.9;
    mean_ = kDecay * mean_ + (1 - kDecay) * loss;
    weight_ = kDecay * weight_ + (1 - kDecay);
    return mean_ / weight_;
  }

 private:
  double mean_ = 0, weight_ = 0;
};

void add_findings(Json& report) {
  const Json& curve = report["curve"];
  size_t least = 0, steepest = 0;
  double drop = 0;
  for (size_t i = 1; i < curve.size(); ++i) {
    const auto now = curve[i]["smoothed"].get<double>();
    const auto before = curve[i - 1]["smoothed"].get<double>();
    if (now < curve[least]["smoothed"].get<double>()) least = i;
    if (before - now > drop) {
      drop = before - now;
      steepest = i;
    }
  }
  Json findings;
  for (const char* key : {"factor", "lr"}) {
    findings[fmt::format("least_{}", key)] = curve[least][key];
    findings[fmt::format("steepest_{}", key)] = curve[steepest][key];
  }
  report.update(findings);
}

} // namespace

Json find_lr(const RunConfig& run, const FindLrOptions& options) {
  require<UsageError>(
      options.steps >= 10 && options.from > 0 && options.to > options.from,
      "--find-lr",
      "takes 10 steps or more and a factor that grows from over 0, but has {} "
      "steps from {} to {}",
      options.steps,
      options.from,
      options.to);
  // The peak rate is that of whole batches.
  const RunConfig config = without_warmups(run);
  set_threads(config.train.threads);
  const TrainingInputs inputs = open_inputs(config);
  NanoLM model = initial_model(config, inputs);
  const BatchSource batches(inputs.train, config.train);
  GradientPass gradients(model, uses_bf16(config.train));
  ParameterGroups groups(
      config, optimized_parameters(*model, list_parameters(config.model)));
  Json report = {{"curve", Json::array()}};
  Smoothed smooth;
  double least = INFINITY;
  Progress progress("find-lr", options.steps);
  for (int64_t step = 0; step < options.steps; ++step) {
    check_interrupted();
    const double loss = take_gradients(config, batches, gradients, step).loss;
    const double norm = gradient_norm(model->parameters());
    if (!std::isfinite(loss) || !std::isfinite(norm)) break;
    const double factor =
        options.from *
        std::pow(
            options.to / options.from,
            static_cast<double>(step) / static_cast<double>(options.steps - 1));
    const double smoothed = smooth(loss);
    report["curve"].push_back(
        {{"step", step + 1},
         {"factor", factor},
         {"lr", factor * config.optimizer.lr},
         {"loss", loss},
         {"smoothed", smoothed}});
    least = std::min(least, smoothed);
    if (smoothed > least + 2) break;
    groups.step(step, step, clip_scale(norm, config.train.clip_norm), factor);
    progress.update(step + 1);
  }
  progress.finish();
  require(
      !report["curve"].empty(),
      "--find-lr",
      "the loss of the first step is not finite; look at the data and at the "
      "weights this one started from");
  add_findings(report);
  return report;
}

Table find_lr_table(const Json& report) {
  Table table{
      .columns =
          {{.key = "step", .title = "step"},
           {.key = "factor", .title = "x lr", .format = "{:.4g}"},
           {.key = "lr", .title = "lr", .format = "{:.4g}"},
           {.key = "loss", .title = "loss", .format = "{:.4f}"},
           {.key = "smoothed", .title = "smoothed", .format = "{:.4f}"}},
      .notes = {fmt::format(
          "the smoothed loss (nats per token) fell fastest at {:.3g} x lr and "
          "was least at {:.3g} x lr; a peak rate lies between the two",
          report["steepest_factor"].get<double>(),
          report["least_factor"].get<double>())}};
  for (const Json& point : report["curve"]) {
    TableRow& row = table.rows.emplace_back();
    for (const Column& column : table.columns) {
      row.emplace_back(point[column.key]);
    }
  }
  return table;
}

} // namespace nanobrain
