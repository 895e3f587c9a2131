#include "nanobrain/inference/int8_predictor.h"

#include <utility>

#include "nanobrain/runtime/session.h"

namespace nanobrain {

namespace {

class SessionPredictor : public Predictor {
 public:
  SessionPredictor(
      std::shared_ptr<const RuntimeModel> model,
      std::shared_ptr<ThreadPool> pool)
      : session_(std::move(model), std::move(pool)) {}

  std::span<const float> logits(std::span<const TokenId> ids) override {
    session_.feed(ids.subspan(static_cast<size_t>(session_.length())));
    return session_.logits();
  }

 private:
  Session session_;
};

} // namespace

std::unique_ptr<Predictor> make_int8_predictor(
    std::shared_ptr<const RuntimeModel> model,
    std::shared_ptr<ThreadPool> pool) {
  return std::make_unique<SessionPredictor>(std::move(model), std::move(pool));
}

} // namespace nanobrain
