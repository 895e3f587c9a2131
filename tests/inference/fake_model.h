// A model that notes what is asked of it.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "nanobrain/inference/timing.h"

namespace nanobrain::testing {

/// What the predictors of a model were asked, in order.
struct Calls {
  std::vector<std::string> all; // "threads 2", "forward 3", "feed 5", "argmax"
  std::vector<std::vector<TokenId>> ids;
  int64_t vocab_size = 10;

  void note(const std::string& call, std::span<const TokenId> read = {}) {
    all.push_back(call);
    if (!read.empty()) ids.emplace_back(read.begin(), read.end());
  }
};

/// After a prompt comes 0, after a token the next greater.
class FakePredictor : public Predictor {
 public:
  explicit FakePredictor(Calls& calls) : calls_(calls) {}

  void reset() override { next_ = -1; }
  void feed(std::span<const TokenId> ids) override {
    next_ = next_ < 0 ? 0 : ids.back() + 1;
    read_.assign(ids.begin(), ids.end());
  }
  std::span<const float> logits() override {
    calls_.note("prompt " + std::to_string(read_.size()), read_);
    return {};
  }
  TokenId argmax() override {
    if (next_ == 0) {
      calls_.note("begin " + std::to_string(read_.size()), read_);
    } else {
      calls_.note("next " + std::to_string(read_.front()));
    }
    return next_;
  }
  void forward(std::span<const TokenId> ids, float* logits) override {
    const auto size = static_cast<int64_t>(ids.size()) * calls_.vocab_size;
    logits[size - 1] = 1; // the memory is there
    calls_.note("forward " + std::to_string(ids.size()), ids);
  }

 private:
  Calls& calls_;
  std::vector<TokenId> read_; // last
  TokenId next_ = -1;         // -1: nothing has been read
};

/// Every token costs one nat.
class FakeScorer : public TokenScorer {
 public:
  void score(const WindowBatch&, std::span<float> losses) override {
    std::ranges::fill(losses, 1.0F);
  }
};

class FakeModel : public LanguageModel {
 public:
  FakeModel(std::string name, Calls& calls, int64_t max_seq_len = 32)
      : name_(std::move(name)), calls_(calls) {
    config_.vocab_size = calls.vocab_size;
    config_.max_seq_len = max_seq_len;
  }

  const ModelConfig& config() const override { return config_; }
  std::string_view precision() const override { return "int8"; }
  std::string backend() const override { return "fake"; }
  int64_t file_bytes() const override { return 0; }
  std::unique_ptr<TokenScorer> make_scorer(int64_t) override {
    return std::make_unique<FakeScorer>();
  }
  std::unique_ptr<Predictor> make_predictor(
      int64_t threads, std::optional<int64_t>) override {
    calls_.note(name_ + ", threads " + std::to_string(threads));
    return std::make_unique<FakePredictor>(calls_);
  }
  void use_threads(int64_t threads) override {
    calls_.note("use " + std::to_string(threads));
  }

 private:
  std::string name_;
  Calls& calls_;
  ModelConfig config_;
};

} // namespace nanobrain::testing
