#include "nanobrain/quantize/quality.h"

#include <algorithm>

#include "nanobrain/base/error.h"
#include "nanobrain/base/interrupt.h"
#include "nanobrain/eval/evaluate.h"
#include "nanobrain/inference/document_losses.h"
#include "nanobrain/quantize/divergence.h"
#include "nanobrain/quantize/replaced_products.h"
#include "nanobrain/quantize/torch_dynamic.h"
#include "nanobrain/runtime/session.h"

namespace nanobrain {

using torch::Tensor;

namespace {

/// All logits of a window. ids (T) int64 -> (T, V)
using Logits = std::function<Tensor(const Tensor& ids)>;

Logits f32_logits(NanoLM& model) {
  return [&](const Tensor& ids) {
    return model->forward(ids.unsqueeze(0)).squeeze(0);
  };
}

/// One buffer serves all windows.
Logits engine_logits(const std::filesystem::path& folder, int64_t threads) {
  const auto model = RuntimeModel::load(folder);
  const auto session =
      std::make_shared<Session>(model, std::make_shared<ThreadPool>(threads));
  const int64_t V = model->config().vocab_size;
  const Tensor buffer = torch::empty({model->config().max_seq_len, V});
  return [session, buffer](const Tensor& ids) {
    const Tensor narrow = ids.to(torch::kInt32).contiguous();
    session->forward(
        {narrow.const_data_ptr<TokenId>(), static_cast<size_t>(ids.size(0))},
        buffer.data_ptr<float>());
    return buffer.narrow(0, 0, ids.size(0));
  };
}

Logits product_logits(NanoLM& model, const Product& product) {
  return [&model, product](const Tensor& ids) {
    const Tensor embedded = model->embed(ids.unsqueeze(0)).squeeze(0);
    return product("wte", hidden_with(model, embedded, product), {});
  };
}

/// Gives the f32 model's losses to the evaluation, and compares the others on
/// the way.
class ComparingScorer : public TokenScorer {
 public:
  struct Other {
    Logits logits;
    double nats = 0;
    double kl = 0;
    double same_top = 0;
  };

  explicit ComparingScorer(NanoLM& model) : reference_(f32_logits(model)) {}
  void add(const Logits& logits) { others_.push_back({logits}); }
  const std::vector<Other>& others() const { return others_; }

  void score(const WindowBatch& batch, std::span<float> losses) override {
    const torch::NoGradGuard no_grad;
    const int64_t scored = batch.inputs - batch.first_scored;
    for (int64_t w = 0; w < batch.count; ++w) {
      const int64_t* row = batch.ids.data() + w * (batch.inputs + 1);
      const Tensor window = torch::from_blob(
          const_cast<int64_t*>(row), {batch.inputs + 1}, torch::kInt64);
      const Tensor nats = compare(window, batch.first_scored);
      std::copy_n(
          nats.const_data_ptr<double>(), scored, losses.data() + w * scored);
    }
  }

 private:
  /// window (T + 1) -> f32's losses of the scored targets
  Tensor compare(const Tensor& window, int64_t first_scored) {
    const Tensor ids = window.slice(0, 0, -1);
    const Tensor targets = window.slice(0, first_scored + 1);
    const Tensor reference = reference_(ids).slice(0, first_scored);
    for (Other& other : others_) {
      const TokenDivergence divergence = compare_predictions(
          reference, other.logits(ids).slice(0, first_scored), targets);
      other.nats += divergence.nats.sum().item<double>();
      other.kl += divergence.kl.sum().item<double>();
      other.same_top += divergence.same_top.sum().item<double>();
    }
    return target_nats(reference, targets);
  }

  Logits reference_;
  std::vector<Other> others_;
};

MethodQuality quality_of(
    const std::string& method,
    const LossSum& reference,
    const ComparingScorer::Other& sums) {
  MethodQuality quality{.method = method, .loss = reference};
  const auto tokens = static_cast<double>(reference.tokens);
  quality.loss.nats = sums.nats;
  quality.kl_nats = sums.kl / tokens;
  quality.same_top1 = sums.same_top / tokens;
  return quality;
}

WindowPlan plan_text(
    NanoLM& model, const Tokenizer& tokenizer, const QualityRequest& request) {
  return plan_windows(
      request.text.protocol,
      request.context,
      std::nullopt,
      model->config().max_seq_len,
      tokenizer.end_of_text());
}

/// The ids that the model is first fed, at most `most` of them. (T)
Tensor first_window(EvalInput& input, const WindowPlan& plan, int64_t most) {
  WindowReader reader(input.source(), plan);
  WindowBatch batch;
  reader.next(1, batch);
  batch.ids.resize(static_cast<size_t>(std::min(batch.inputs, most)));
  return torch::tensor(batch.ids);
}

} // namespace

void require_tokens(const EvalText& text, const Tokenizer& tokenizer) {
  EvalInput input(text, tokenizer, /*threads=*/1);
  TokenId id = 0;
  require(
      input.source().read({&id, 1}) > 0,
      "quantize",
      "there is no token to score in {}: the text is empty or was skipped "
      "whole",
      text.inputs.front().string());
}

std::vector<MethodQuality> measure_quality(
    NanoLM& model,
    const std::filesystem::path& folder,
    const Tokenizer& tokenizer,
    const QualityRequest& request) {
  ComparingScorer scorer(model);
  scorer.add(engine_logits(folder, request.threads));
  std::string unavailable;
  if (request.torch_dynamic) {
    try {
      scorer.add(product_logits(model, torch_dynamic_product(model)));
    } catch (const Error& error) {
      unavailable = error.what();
    }
  }

  const WindowPlan plan = plan_text(model, tokenizer, request);
  EvalInput input(request.text, tokenizer, request.threads);
  DocumentLosses losses(tokenizer);
  Progress progress("quantize", input.source().size());
  score_stream(
      scorer,
      input.source(),
      plan,
      /*batch_tokens=*/1,
      [&](TokenId id, std::optional<double> nats) {
        losses.add(id, nats);
        check_interrupted();
      },
      &progress);
  progress.finish();

  const LossSum& f32 = losses.finish();
  const auto& others = scorer.others();
  std::vector<MethodQuality> methods = {
      {.method = "f32", .loss = f32}, quality_of("int8", f32, others[0])};
  if (others.size() > 1) {
    methods.push_back(quality_of("LibTorch dynamic int8", f32, others[1]));
  } else if (request.torch_dynamic) {
    methods.push_back(
        {.method = "LibTorch dynamic int8", .unavailable = unavailable});
  }
  return methods;
}

std::vector<double> measure_block_errors(
    NanoLM& model,
    const Int8Weights& weights,
    const Tokenizer& tokenizer,
    const QualityRequest& request) {
  constexpr int64_t kMostTokens = 256;
  const torch::NoGradGuard no_grad;
  EvalInput input(request.text, tokenizer, request.threads);
  const Tensor ids =
      first_window(input, plan_text(model, tokenizer, request), kMostTokens);

  std::vector<Tensor> exact;
  const Tensor embedded = model->embed(ids.unsqueeze(0)).squeeze(0);
  hidden_with(
      model, embedded, f32_product(model), [&](int64_t, const Tensor& x) {
        exact.push_back(x);
      });
  const Tensor rows =
      weights.matrices().at("wte").dequantized().index_select(0, ids) +
      weights.positions().narrow(0, 0, ids.size(0)).to(torch::kFloat32);
  std::vector<double> errors;
  hidden_with(
      model, rows, int8_product(weights), [&](int64_t i, const Tensor& x) {
        errors.push_back(relative_error(x, exact[static_cast<size_t>(i)]));
      });
  return errors;
}

} // namespace nanobrain
