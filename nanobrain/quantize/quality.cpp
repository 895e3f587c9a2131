#include "nanobrain/quantize/quality.h"

#include <algorithm>
#include <cmath>

#include "nanobrain/base/error.h"
#include "nanobrain/data/documents.h"
#include "nanobrain/inference/evaluation.h"
#include "nanobrain/inference/int8_model.h"
#include "nanobrain/inference/loss_units.h"
#include "nanobrain/model/f32_model.h"
#include "nanobrain/quantize/divergence.h"
#include "nanobrain/quantize/products.h"

namespace nanobrain {

using torch::Tensor;

namespace {

/// All logits of a window, valid up to the next call. ids (T) int64 -> (T, V)
using Logits = std::function<Tensor(const Tensor& ids)>;

/// One buffer for all windows: fresh memory costs the time of a forward.
Logits predictor_logits(
    int64_t context, int64_t vocab_size, std::shared_ptr<Predictor> predictor) {
  const Tensor buffer = torch::empty({context, vocab_size});
  return [predictor = std::move(predictor), buffer](const Tensor& ids) {
    const Tensor narrow = ids.to(torch::kInt32).contiguous();
    predictor->forward(
        {narrow.const_data_ptr<TokenId>(), static_cast<size_t>(ids.size(0))},
        buffer.data_ptr<float>());
    return buffer.narrow(0, 0, ids.size(0));
  };
}

Logits product_logits(NanoLM& model, const Product& product) {
  return [&model, product](const Tensor& ids) {
    const Tensor embedded = model->embed(ids.unsqueeze(0)).squeeze(0);
    const Tensor hidden = hidden_with(model, embedded, product);
    return product(hidden, model->wte->weight, {});
  };
}

/// Gives the first method's losses, and compares the others with it on the way.
class ComparingScorer : public TokenScorer {
 public:
  /// Sums over the scored tokens.
  struct Method {
    std::string name;
    Logits logits;
    double nats = 0;
    double kl = 0;
    double same_top = 0;
  };

  void add(const std::string& name, const Logits& logits) {
    methods_.push_back({name, logits});
  }
  const std::vector<Method>& methods() const { return methods_; }

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
  /// window (T + 1) -> the first method's losses of the scored targets
  Tensor compare(const Tensor& window, int64_t first_scored) {
    const Tensor ids = window.slice(0, 0, -1);
    std::vector<Tensor> logits;
    for (const Method& method : methods_) {
      logits.push_back(method.logits(ids).slice(0, first_scored));
    }
    const auto divergences =
        compare_predictions(logits, window.slice(0, first_scored + 1));
    for (size_t i = 0; i < methods_.size(); ++i) {
      Method& method = methods_[i];
      const TokenDivergence& divergence = divergences[i];
      method.nats += divergence.nats.sum().item<double>();
      method.kl += divergence.kl.sum().item<double>();
      method.same_top += divergence.same_top.sum().item<double>();
      require(
          std::isfinite(method.nats) && std::isfinite(method.kl),
          "quantize",
          "the loss of {} is not finite: an activation has overflowed",
          method.name);
    }
    return divergences.front().nats;
  }

  std::vector<Method> methods_;
};

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
  EvalInput input(text, tokenizer, /*threads=*/1, open_documents);
  TokenId id = 0;
  require(
      input.source().read({&id, 1}) > 0,
      "quantize",
      "there is no token to score in {}: the text is empty or was skipped "
      "whole",
      text.inputs.front().string());
}

void require_window_fits(int64_t context, int64_t vocab_size) {
  constexpr int64_t kMostLogits = (int64_t{1} << 30) / 4; // of f32
  require<UsageError>(
      context <= kMostLogits / vocab_size,
      "quantize",
      "the logits of {} tokens take more than 1 GiB for each method at a "
      "vocabulary of {}; compare with --context {} or less",
      context,
      vocab_size,
      kMostLogits / vocab_size);
}

std::vector<MethodQuality> measure_quality(
    NanoLM& model, const Tokenizer& tokenizer, const QuantizeRequest& request) {
  constexpr const char* kDynamic = "LibTorch dynamic int8";
  const ModelConfig& config = model->config();
  // The engine on one thread: those of LibTorch spin between its operators, and
  // a pool's would wait for their processors longer than the engine takes.
  const auto int8 = make_int8_model(RuntimeModel::load(request.output));
  const int64_t context = request.context.value_or(config.max_seq_len);
  const auto logits_of = [&](std::shared_ptr<Predictor> predictor) {
    return predictor_logits(context, config.vocab_size, std::move(predictor));
  };
  ComparingScorer scorer;
  scorer.add("f32", logits_of(make_predictor(model)));
  scorer.add("int8", logits_of(int8->make_predictor(1)));
  std::string unavailable;
  if (request.method == "dynamic") {
    try {
      scorer.add(kDynamic, product_logits(model, torch_dynamic_product(model)));
    } catch (const Error& error) {
      unavailable = error.what();
    }
  }

  LossUnits losses(tokenizer);
  const EvalReport scored = score_text(
      scorer,
      config.max_seq_len,
      tokenizer,
      {.command = "quantize",
       .text = request.text,
       .options = {.context = request.context, .batch_tokens = 1},
       .threads = request.threads},
      {.open_documents = open_documents},
      losses,
      "quantize");
  const auto tokens = static_cast<double>(scored.model.tokens);
  std::vector<MethodQuality> qualities;
  for (const auto& method : scorer.methods()) {
    MethodQuality quality{.method = method.name, .loss = scored.model};
    quality.loss.nats = method.nats;
    quality.kl_nats = method.kl / tokens;
    quality.same_top1 = method.same_top / tokens;
    qualities.push_back(quality);
  }
  if (!unavailable.empty()) {
    qualities.push_back({.method = kDynamic, .unavailable = unavailable});
  }
  return qualities;
}

std::vector<NamedError> measure_block_errors(
    NanoLM& model,
    const Int8Weights& weights,
    const Tokenizer& tokenizer,
    const QuantizeRequest& request) {
  constexpr int64_t kMostTokens = 256;
  const torch::NoGradGuard no_grad;
  const WindowPlan plan = plan_windows(
      request.text.protocol,
      request.context,
      std::nullopt,
      model->config().max_seq_len,
      tokenizer.end_of_text());
  EvalInput input(request.text, tokenizer, request.threads, open_documents);
  const Tensor ids = first_window(input, plan, kMostTokens);

  std::vector<Tensor> exact;
  const Tensor embedded = model->embed(ids.unsqueeze(0)).squeeze(0);
  hidden_with(model, embedded, torch::linear, [&](int64_t, const Tensor& x) {
    exact.push_back(x);
  });
  const Int8Matrix& embedder = weights.matrix(model->wte->weight);
  const Tensor rows =
      embedder.dequantized().index_select(0, ids) +
      weights.positions().narrow(0, 0, ids.size(0)).to(torch::kFloat32);
  std::vector<NamedError> errors;
  hidden_with(
      model, rows, int8_product(weights), [&](int64_t i, const Tensor& x) {
        const double error = relative_error(x, exact[static_cast<size_t>(i)]);
        errors.push_back({block_name(i), error});
      });
  return errors;
}

} // namespace nanobrain
