// An engine that notes what is asked of it.
#pragma once

#include <string>
#include <vector>

#include "nanobrain/inference/int8_model.h"

namespace nanobrain::testing {

/// What the engines of a model were asked, in order.
struct Calls {
  std::vector<std::string> all; // "threads 2", "forward 3", "next 5"
  std::vector<std::vector<TokenId>> ids;
  int64_t vocab_size = 10;

  void note(const std::string& call, std::span<const TokenId> read = {}) {
    all.push_back(call);
    if (!read.empty()) ids.emplace_back(read.begin(), read.end());
  }
};

/// After a prompt comes 0, after a token the next greater.
class FakeEngine : public TimedEngine {
 public:
  explicit FakeEngine(Calls& calls) : calls_(calls) {}

  void forward(std::span<const TokenId> ids, float* logits) override {
    const auto size = static_cast<int64_t>(ids.size()) * calls_.vocab_size;
    logits[size - 1] = 1; // the memory is there
    calls_.note("forward " + std::to_string(ids.size()), ids);
  }
  std::span<const float> prompt(std::span<const TokenId> ids) override {
    calls_.note("prompt " + std::to_string(ids.size()), ids);
    return {};
  }
  TokenId begin(std::span<const TokenId> ids) override {
    calls_.note("begin " + std::to_string(ids.size()), ids);
    return 0;
  }
  TokenId next(TokenId id) override {
    calls_.note("next " + std::to_string(id));
    return id + 1;
  }

 private:
  Calls& calls_;
};

class FakeModel : public TimedModel {
 public:
  FakeModel(std::string name, Calls& calls, int64_t max_seq_len = 32)
      : name_(std::move(name)), calls_(calls), max_seq_len_(max_seq_len) {}

  std::string name() const override { return name_; }
  std::string precision() const override { return "int8"; }
  std::string backend() const override { return "fake"; }
  int64_t vocab_size() const override { return calls_.vocab_size; }
  int64_t max_seq_len() const override { return max_seq_len_; }
  std::unique_ptr<TimedEngine> make_engine(int64_t threads) override {
    calls_.note(name_ + ", threads " + std::to_string(threads));
    return std::make_unique<FakeEngine>(calls_);
  }

 private:
  std::string name_;
  Calls& calls_;
  int64_t max_seq_len_;
};

} // namespace nanobrain::testing
