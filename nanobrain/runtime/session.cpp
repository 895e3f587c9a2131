#include "nanobrain/runtime/session.h"

#include <algorithm>
#include <new>
#include <utility>
#include <vector>

#include "nanobrain/base/error.h"
#include "nanobrain/runtime/context_window.h"
#include "nanobrain/runtime/output_head.h"
#include "nanobrain/runtime/transformer_body.h"

namespace nanobrain {

namespace {

constexpr const char* kWhere = "session";

} // namespace

struct Session::State {
  State(
      std::shared_ptr<const RuntimeModel> shared_model,
      std::shared_ptr<ThreadPool> shared_pool)
      : model(std::move(shared_model)),
        pool(std::move(shared_pool)),
        context(model->config().max_seq_len),
        body(*model, *pool),
        head(*model, *pool),
        window(static_cast<size_t>(context)),
        logits(static_cast<size_t>(model->config().vocab_size)) {}

  void require_ids(std::span<const TokenId> ids, const char* what) const {
    const int64_t vocab_size = model->config().vocab_size;
    const auto bad = std::find_if(ids.begin(), ids.end(), [&](TokenId id) {
      return id < 0 || id >= vocab_size;
    });
    if (bad == ids.end()) return;
    fail(
        kWhere,
        "{} id {} is out of range; the vocabulary has {} tokens",
        what,
        *bad,
        vocab_size);
  }

  /// Checks a sequence that starts over.
  void require_sequence(std::span<const TokenId> ids) const {
    require(
        static_cast<int64_t>(ids.size()) <= context,
        kWhere,
        "{} tokens are more than the {} of the context; shorten the sequence",
        ids.size(),
        context);
    require_ids(ids, "token");
  }

  /// Reads what the window holds from `begin` on, up to `end`.
  void read(int64_t begin, int64_t end, int64_t outputs) {
    has_logits = false;
    body.read(
        {window.data() + begin, static_cast<size_t>(end - begin)},
        begin,
        outputs);
    cached = end;
  }

  /// Starts over with ids, which have been checked, all of them outputs.
  void restart(std::span<const TokenId> ids) {
    start = 0;
    cached = 0;
    length = static_cast<int64_t>(ids.size());
    if (ids.empty()) return;
    std::copy(ids.begin(), ids.end(), window.begin());
    read(0, length, length);
  }

  /// The newest token's row, the last of what body has put out.
  QuantizedRows newest() const {
    require(length > 0, kWhere, "nothing has been read; feed it a token first");
    const QuantizedRows all = body.outputs();
    const int64_t last = all.rows - 1;
    return {all.data + last * all.ld, all.scale + last, 1, all.ld};
  }

  std::shared_ptr<const RuntimeModel> model;
  std::shared_ptr<ThreadPool> pool;
  int64_t context;
  TransformerBody body;
  OutputHead head;
  std::vector<TokenId> window; // the tokens that the model sees
  int64_t start = 0;           // of the window in the sequence
  int64_t cached = 0;          // tokens of the window that have been read
  int64_t length = 0;          // start + cached
  std::vector<float> logits;
  bool has_logits = false; // of the newest token
};

Session::Session(
    std::shared_ptr<const RuntimeModel> model,
    std::shared_ptr<ThreadPool> pool) try
    : state_(std::make_unique<State>(std::move(model), std::move(pool))) {
} catch (const std::bad_alloc&) {
  fail(kWhere, "there is not enough memory for the keys and values");
}

Session::~Session() = default;

void Session::feed(std::span<const TokenId> ids) {
  State& s = *state_;
  s.require_ids(ids, "token");
  if (ids.empty()) return;
  const int64_t length = s.length + static_cast<int64_t>(ids.size());
  const int64_t start = window_start(length, s.context);
  int64_t kept = s.cached;
  if (start != s.start) { // what stays in the window gets other positions
    const int64_t gone = std::min(start - s.start, s.cached);
    kept = s.cached - gone;
    const auto first = s.window.begin();
    std::copy(first + gone, first + s.cached, first);
    ids = ids.last(static_cast<size_t>(length - start - kept));
    s.cached = 0;
  }
  std::copy(ids.begin(), ids.end(), s.window.begin() + kept);
  s.start = start;
  s.length = length;
  s.read(s.cached, length - start, 1);
}

std::span<const float> Session::logits() {
  State& s = *state_;
  const QuantizedRows row = s.newest();
  if (!s.has_logits) s.head.logits(row, s.logits.data());
  s.has_logits = true;
  return s.logits;
}

TokenId Session::argmax() {
  return state_->head.argmax(state_->newest());
}

void Session::forward(std::span<const TokenId> ids, float* logits) {
  State& s = *state_;
  s.require_sequence(ids);
  s.restart(ids);
  if (!ids.empty()) s.head.logits(s.body.outputs(), logits);
}

void Session::score(
    std::span<const TokenId> ids,
    std::span<const TokenId> targets,
    std::span<float> losses) {
  State& s = *state_;
  require(
      targets.size() == ids.size() && losses.size() == ids.size(),
      kWhere,
      "{} tokens have {} targets and room for {} losses",
      ids.size(),
      targets.size(),
      losses.size());
  s.require_sequence(ids);
  for (const TokenId& target : targets) {
    if (target >= 0) s.require_ids({&target, 1}, "target");
  }
  s.restart(ids);
  if (!ids.empty()) s.head.losses(s.body.outputs(), targets, losses);
}

void Session::reset() {
  state_->restart({});
}

int64_t Session::length() const {
  return state_->length;
}

} // namespace nanobrain
