#include "nanobrain/timing/int8_engine.h"

#include <utility>

#include "nanobrain/base/isa.h"
#include "nanobrain/runtime/session.h"

namespace nanobrain {

namespace {

class Int8Engine : public TimedEngine {
 public:
  Int8Engine(std::shared_ptr<const RuntimeModel> model, int64_t threads)
      : session_(std::move(model), std::make_shared<ThreadPool>(threads)) {}

  void forward(std::span<const TokenId> ids, float* logits) override {
    session_.forward(ids, logits);
  }
  std::span<const float> prompt(std::span<const TokenId> ids) override {
    session_.reset();
    session_.feed(ids);
    return session_.logits();
  }
  TokenId begin(std::span<const TokenId> ids) override {
    session_.reset();
    session_.feed(ids);
    return session_.argmax();
  }
  TokenId next(TokenId id) override {
    session_.feed({&id, 1});
    return session_.argmax();
  }

 private:
  Session session_;
};

class Int8Model : public TimedModel {
 public:
  Int8Model(std::string name, std::shared_ptr<const RuntimeModel> model)
      : name_(std::move(name)), model_(std::move(model)) {}

  std::string name() const override { return name_; }
  std::string precision() const override { return "int8"; }
  std::string backend() const override { return nanobrain::name(active_isa()); }
  int64_t vocab_size() const override { return model_->config().vocab_size; }
  int64_t max_seq_len() const override { return model_->config().max_seq_len; }
  std::unique_ptr<TimedEngine> make_engine(int64_t threads) override {
    return std::make_unique<Int8Engine>(model_, threads);
  }

 private:
  std::string name_;
  std::shared_ptr<const RuntimeModel> model_;
};

} // namespace

std::unique_ptr<TimedModel> make_timed_model(
    std::string name, std::shared_ptr<const RuntimeModel> model) {
  return std::make_unique<Int8Model>(std::move(name), std::move(model));
}

} // namespace nanobrain
