#include "nanobrain/model/inspect.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "nanobrain/base/error.h"
#include "nanobrain/base/fields.h"
#include "nanobrain/base/progress.h"
#include "nanobrain/base/random.h"
#include "nanobrain/base/stopwatch.h"
#include "nanobrain/kernels/tied_cross_entropy.h"
#include "nanobrain/model/nano_lm.h"

namespace nanobrain {

namespace {

using torch::Tensor;

constexpr int64_t kRandomTargets = 1024;
constexpr int64_t kCausalityProbes = 16;

/// The model with the vocabulary that it leaves open.
ModelConfig resolve_model(const InspectOptions& options) {
  ModelConfig model = options.model;
  if (options.tokenizer == nullptr) {
    if (model.vocab_size == 0) model.vocab_size = ModelConfig().vocab_size;
    return model;
  }
  const int64_t ids = options.tokenizer->vocab_size();
  require<UsageError>(
      model.vocab_size == 0 || model.vocab_size == ids,
      "inspect",
      "the tokenizer has {} ids, but model.vocab_size is {}",
      ids,
      model.vocab_size);
  model.vocab_size = ids;
  return model;
}

Tensor text_ids(
    const InspectOptions& options, const ModelConfig& model) { // (1, n)
  std::vector<int64_t> ids;
  if (options.tokenizer != nullptr) {
    const auto encoded = options.tokenizer->encode(options.text);
    ids.assign(encoded.begin(), encoded.end());
  } else {
    for (const unsigned char byte : options.text) ids.push_back(byte);
  }
  const auto n = static_cast<int64_t>(ids.size());
  require<UsageError>(
      n >= 2 && n <= model.max_seq_len,
      "--text",
      "must have from 2 to {} tokens (max_seq_len), but has {}",
      model.max_seq_len,
      n);
  const int64_t largest = *std::max_element(ids.begin(), ids.end());
  require<UsageError>(
      largest < model.vocab_size,
      "--text",
      "has token id {}, but the vocabulary has only {}; {}",
      largest,
      model.vocab_size,
      options.tokenizer != nullptr ? "give the model's own tokenizer"
                                   : "give a --tokenizer");
  return torch::tensor(ids).unsqueeze(0);
}

/// Counts the tensors and compares them with the inventory.
void count_parameters(NanoLM& model, InspectReport& report) {
  const auto tensors = model->named_parameters();
  const auto inventory = list_parameters(model->config());
  report.counted = tensors.size() == inventory.size();
  for (const Parameter& p : inventory) {
    const Tensor* tensor = tensors.find(p.name);
    report.counted &= tensor != nullptr && tensor->sizes() == p.shape;
    if (tensor != nullptr) {
      report.parameters_by_part[p.part] += tensor->numel();
      report.parameters += tensor->numel();
      report.f32_bytes += p.f32_bytes();
    }
  }
}

/// No storage is listed twice, and moving the embedder moves the logits.
bool is_tied(NanoLM& model, const Tensor& hidden) {
  std::set<const void*> storages;
  for (const Tensor& parameter : model->parameters()) {
    if (!storages.insert(parameter.storage().data()).second) return false;
  }
  const Tensor row = model->wte->weight[0];
  const Tensor kept = row.clone();
  const Tensor before = model->logits(hidden).select(-1, 0);
  row.zero_();
  const Tensor after = model->logits(hidden).select(-1, 0);
  row.copy_(kept);
  return before.any().item<bool>() && !after.any().item<bool>();
}

bool is_causal(NanoLM& model, const Tensor& ids, const Tensor& logits) {
  const int64_t n = ids.size(1);
  const int64_t probes = std::min(kCausalityProbes, n - 1);
  for (int64_t probe = 0; probe < probes; ++probe) {
    const int64_t t = n - 1 - probe * (n - 1) / probes;
    Tensor changed = ids.clone();
    changed[0][t] = (ids[0][t] + 1) % model->config().vocab_size;
    const Tensor other = model->forward(changed);
    if (!other.narrow(1, 0, t).equal(logits.narrow(1, 0, t)) ||
        other.select(1, t).equal(logits.select(1, t))) {
      return false;
    }
  }
  return true;
}

/// hidden (n, C), targets (n) -> nats per token
double mean_loss(NanoLM& model, const Tensor& hidden, const Tensor& targets) {
  return tied_cross_entropy(hidden, model->wte->weight, targets).sum() /
         static_cast<double>(targets.size(0));
}

double random_loss(NanoLM& model, uint64_t seed) {
  const ModelConfig& config = model->config();
  Random random(seed);
  const auto draw = [&](int64_t count) {
    Tensor ids = torch::empty(count, torch::kInt64);
    std::generate_n(ids.data_ptr<int64_t>(), count, [&] {
      return static_cast<int64_t>(random.below(config.vocab_size));
    });
    return ids;
  };
  const int64_t T = std::min(config.max_seq_len, kRandomTargets);
  const int64_t B = (kRandomTargets + T - 1) / T;
  const Tensor hidden =
      model->hidden(draw(B * T).view({B, T})).view({B * T, -1});
  return mean_loss(
      model, hidden.narrow(0, 0, kRandomTargets), draw(kRandomTargets));
}

Statistics time_forward(NanoLM& model, const Tensor& ids, int64_t runs) {
  std::vector<double> times; // ms
  for (int64_t run = 0; run < runs; ++run) {
    const Stopwatch watch;
    model->forward(ids);
    times.push_back(1e3 * watch.seconds());
  }
  return statistics_of(times);
}

} // namespace

InspectReport inspect_model(const InspectOptions& options) {
  const torch::NoGradGuard no_grad;
  const ModelConfig config = resolve_model(options);
  config.validate();
  const Tensor ids = text_ids(options, config);
  NanoLM model(config, options.seed);
  const Tensor hidden = model->hidden(ids);
  const Tensor logits = model->logits(hidden);
  InspectReport report;
  report.model = config;
  count_parameters(model, report);
  report.int8_bytes = report.parameters;
  report.tokens = ids.size(1);
  report.logits_shape = logits.sizes().vec();
  const int64_t n = ids.size(1) - 1;
  report.text_loss =
      mean_loss(model, hidden[0].narrow(0, 0, n), ids[0].narrow(0, 1, n));
  report.init_loss = random_loss(model, options.seed);
  report.uniform_loss = std::log(static_cast<double>(config.vocab_size));
  report.tied = is_tied(model, hidden);
  report.causal = is_causal(model, ids, logits);
  // The checks above have warmed the model up.
  report.forward_ms = time_forward(model, ids, options.timed_runs);
  return report;
}

Json InspectReport::to_json() const {
  Json parts;
  for (const auto& [part, count] : parameters_by_part) {
    parts[name_of(part)] = count;
  }
  return {
      {"parameters", parameters},
      {"parameters_by_part", parts},
      {"f32_bytes", f32_bytes},
      {"int8_bytes", int8_bytes},
      {"tokens", tokens},
      {"logits_shape", logits_shape},
      {"forward_ms", forward_ms.p50},
      {"forward_ms_min", forward_ms.min},
      {"forward_ms_max", forward_ms.max},
      {"text_loss", text_loss},
      {"init_loss", init_loss},
      {"uniform_loss", uniform_loss},
      {"counted", counted},
      {"tied", tied},
      {"causal", causal},
      {"model", write_fields(model)}};
}

Table InspectReport::table() const {
  const auto check = [](bool ok) { return ok ? "yes" : "NO"; };
  const std::string shapes[] = {
      fmt::format(
          "{} x {}, tied with the head", model.vocab_size, model.model_dim),
      fmt::format("{} x {}", model.max_seq_len, model.model_dim),
      fmt::format(
          "{} of {} heads, feed-forward {}",
          model.num_layers,
          model.num_heads,
          model.ffn_dim),
      ""}; // of the final norm
  Table table{
      .columns =
          {word_column("part", "part"),
           {"parameters", "parameters", kCount},
           word_column("shape", "shape")},
      .notes = {
          fmt::format(
              "logits [{}], {:.2f} ms ({:.2f} to {:.2f})",
              fmt::join(logits_shape, ", "),
              forward_ms.p50,
              forward_ms.min,
              forward_ms.max),
          fmt::format(
              "loss, untrained: {:.4f} over 1,024 random targets, {:.4f} on "
              "the text; uniform {:.4f}",
              init_loss,
              text_loss,
              uniform_loss),
          fmt::format(
              "parameters as the formula says: {}; head tied to the embedder: "
              "{}; causal: {}",
              check(counted),
              check(tied),
              check(causal))}};
  for (const auto& [part, count] : parameters_by_part) {
    const std::string& shape = shapes[static_cast<size_t>(part)];
    table.rows.push_back({{name_of(part), title(part)}, count, shape});
  }
  const std::string sizes = fmt::format(
      "{} f32, {} int8", format_bytes(f32_bytes), format_bytes(int8_bytes));
  table.rows.push_back({"total", parameters, {nullptr, sizes}});
  return table;
}

} // namespace nanobrain
