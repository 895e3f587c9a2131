#include "nanobrain/model/inspect.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <set>

#include "nanobrain/base/error.h"
#include "nanobrain/base/random.h"
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
    model.vocab_size =
        model.vocab_size == 0 ? ModelConfig().vocab_size : model.vocab_size;
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
    for (const TokenId id : options.tokenizer->encode(options.text)) {
      ids.push_back(id);
    }
  } else {
    for (const unsigned char byte : options.text) {
      ids.push_back(byte);
    }
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
    }
  }
}

/// No storage is listed twice, and moving the embedder moves the logits.
bool is_tied(NanoLM& model, const Tensor& hidden) {
  std::set<const void*> storages;
  for (const Tensor& parameter : model->parameters()) {
    if (!storages.insert(parameter.storage().data()).second) {
      return false;
    }
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

double text_loss(NanoLM& model, const Tensor& ids, const Tensor& hidden) {
  const int64_t n = ids.size(1);
  const Tensor loss = tied_cross_entropy(
      hidden[0].narrow(0, 0, n - 1),
      model->wte->weight,
      ids[0].narrow(0, 1, n - 1));
  return loss.item<double>() / static_cast<double>(n - 1);
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
  const Tensor loss = tied_cross_entropy(
      hidden.narrow(0, 0, kRandomTargets),
      model->wte->weight,
      draw(kRandomTargets));
  return loss.item<double>() / kRandomTargets;
}

void time_forward(
    NanoLM& model, const Tensor& ids, InspectReport& report, int64_t runs) {
  using Clock = std::chrono::steady_clock;
  std::vector<double> times;
  for (int64_t run = 0; run < runs; ++run) {
    const auto begin = Clock::now();
    model->forward(ids);
    const std::chrono::duration<double, std::milli> elapsed =
        Clock::now() - begin;
    times.push_back(elapsed.count());
  }
  std::sort(times.begin(), times.end());
  report.forward_ms = times[times.size() / 2];
  report.forward_ms_min = times.front();
  report.forward_ms_max = times.back();
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
  report.f32_bytes = report.parameters * static_cast<int64_t>(sizeof(float));
  report.int8_bytes = report.parameters;
  report.tokens = ids.size(1);
  report.logits_shape = logits.sizes().vec();
  report.text_loss = text_loss(model, ids, hidden);
  report.init_loss = random_loss(model, options.seed);
  report.uniform_loss = std::log(static_cast<double>(config.vocab_size));
  report.tied = is_tied(model, hidden);
  report.causal = is_causal(model, ids, logits);
  // The checks above have warmed the model up.
  time_forward(model, ids, report, options.timed_runs);
  return report;
}

} // namespace nanobrain
