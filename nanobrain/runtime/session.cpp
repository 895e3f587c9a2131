#include "nanobrain/runtime/session.h"

#include <algorithm>
#include <new>
#include <utility>

#include "nanobrain/base/error.h"
#include "nanobrain/runtime/context_window.h"

namespace nanobrain {

namespace {

constexpr const char* kWhere = "session";

} // namespace

Session::Session(
    std::shared_ptr<const RuntimeModel> model,
    std::shared_ptr<ThreadPool> pool,
    std::optional<int64_t> context) try
    : model_(std::move(model)),
      pool_(std::move(pool)),
      context_(context.value_or(model_->config().max_seq_len)),
      body_(*model_, *pool_),
      head_(*model_, *pool_),
      window_(static_cast<size_t>(context_)),
      logits_(static_cast<size_t>(model_->config().vocab_size)) {
} catch (const std::bad_alloc&) {
  fail(kWhere, "there is not enough memory for the keys and values");
}

void Session::require_ids(
    std::span<const TokenId> ids, const char* what) const {
  const int64_t vocab_size = model_->config().vocab_size;
  const auto bad = std::ranges::find_if(
      ids, [&](TokenId id) { return id < 0 || id >= vocab_size; });
  if (bad == ids.end()) return;
  fail(
      kWhere,
      "{} id {} is out of range; the vocabulary has {} tokens",
      what,
      *bad,
      vocab_size);
}

void Session::require_sequence(std::span<const TokenId> ids) const {
  require(
      std::ssize(ids) <= context_,
      kWhere,
      "{} tokens are more than the {} of the context; shorten the sequence",
      ids.size(),
      context_);
  require_ids(ids, "token");
}

void Session::read(int64_t begin, int64_t end, int64_t outputs) {
  has_logits_ = false;
  const auto count = static_cast<size_t>(end - begin);
  body_.read({window_.data() + begin, count}, begin, outputs);
  cached_ = end;
}

void Session::restart(std::span<const TokenId> ids) {
  start_ = 0;
  cached_ = 0;
  length_ = std::ssize(ids);
  if (ids.empty()) return;
  std::ranges::copy(ids, window_.begin());
  read(0, length_, length_);
}

QuantizedRows Session::newest() const {
  require(length_ > 0, kWhere, "nothing has been read; feed it a token first");
  const QuantizedRows all = body_.outputs();
  return all.row(all.rows - 1);
}

void Session::feed(std::span<const TokenId> ids) {
  require_ids(ids, "token");
  if (ids.empty()) return;
  const int64_t length = length_ + std::ssize(ids);
  const int64_t start = window_start(length, context_);
  int64_t kept = cached_;
  if (start != start_) { // what stays in the window gets other positions
    const int64_t gone = std::min(start - start_, cached_);
    kept = cached_ - gone;
    const auto first = window_.begin();
    std::copy(first + gone, first + cached_, first);
    ids = ids.last(static_cast<size_t>(length - start - kept));
    cached_ = 0;
  }
  std::ranges::copy(ids, window_.begin() + kept);
  start_ = start;
  length_ = length;
  read(cached_, length - start, 1);
}

std::span<const float> Session::logits() {
  const QuantizedRows row = newest();
  if (!has_logits_) head_.logits(row, logits_.data());
  has_logits_ = true;
  return logits_;
}

TokenId Session::argmax() {
  return head_.argmax(newest());
}

void Session::forward(std::span<const TokenId> ids, float* logits) {
  require_sequence(ids);
  restart(ids);
  if (!ids.empty()) head_.logits(body_.outputs(), logits);
}

void Session::score(
    std::span<const TokenId> ids,
    std::span<const TokenId> targets,
    std::span<float> losses) {
  require(
      targets.size() == ids.size() && losses.size() == ids.size(),
      kWhere,
      "{} tokens have {} targets and room for {} losses",
      ids.size(),
      targets.size(),
      losses.size());
  require_sequence(ids);
  for (const TokenId& target : targets) {
    if (target >= 0) require_ids({&target, 1}, "target");
  }
  restart(ids);
  if (!ids.empty()) head_.losses(body_.outputs(), targets, losses);
}

} // namespace nanobrain
