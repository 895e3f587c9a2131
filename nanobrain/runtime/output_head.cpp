#include "nanobrain/runtime/output_head.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "nanobrain/base/error.h"

namespace nanobrain {

namespace {

constexpr int64_t kBlock = PackedMatrix::kBlock;

void require_finite(float value) {
  require<NumericError>(
      std::isfinite(value),
      "session",
      "the logits are not finite: the model's weights are broken");
}

} // namespace

OutputHead::OutputHead(const RuntimeModel& model, ThreadPool& pool)
    : weight_(model.head()),
      pool_(pool),
      int8_(int8_kernels()),
      max_rows_(model.config().max_seq_len),
      best_(static_cast<size_t>(pool.threads())),
      reference_(static_cast<size_t>(kParts * max_rows_)),
      sum_(static_cast<size_t>(kParts * max_rows_)) {}

void OutputHead::logits(const QuantizedRows& x, float* out) {
  pool_.run([&](int64_t part, int64_t parts) {
    const int64_t first = weight_.blocks() * part / parts;
    const int64_t last = weight_.blocks() * (part + 1) / parts;
    int8_.multiply(
        x, weight_, first, last, out + first * kBlock, weight_.out());
  });
}

TokenId OutputHead::argmax(const QuantizedRows& row) {
  pool_.run([&](int64_t part, int64_t parts) {
    Best& best = best_[static_cast<size_t>(part)];
    int8_.argmax(
        row,
        weight_,
        weight_.blocks() * part / parts,
        weight_.blocks() * (part + 1) / parts,
        &best.value,
        &best.index);
  });
  // The first of equal ones: parts are in the order of the vocabulary.
  const auto best = std::max_element(
      best_.begin(), best_.end(), [](const Best& a, const Best& b) {
        return a.value < b.value;
      });
  require_finite(best->value);
  return static_cast<TokenId>(best->index);
}

void OutputHead::losses(
    const QuantizedRows& x,
    std::span<const TokenId> targets,
    std::span<float> losses) {
  pool_.run([&](int64_t thread, int64_t threads) {
    const int64_t end = kParts * (thread + 1) / threads;
    for (int64_t part = kParts * thread / threads; part < end; ++part) {
      float* reference = reference_.data() + part * max_rows_;
      double* sum = sum_.data() + part * max_rows_;
      std::fill_n(reference, x.rows, 0.0F);
      std::fill_n(sum, x.rows, 0.0);
      int8_.add_exp(
          x,
          weight_,
          weight_.blocks() * part / kParts,
          weight_.blocks() * (part + 1) / kParts,
          reference,
          sum);
    }
  });
  const auto at = [&](int64_t part, int64_t row) {
    return static_cast<size_t>(part * max_rows_ + row);
  };
  for (int64_t row = 0; row < x.rows; ++row) {
    const auto i = static_cast<size_t>(row);
    losses[i] = 0;
    if (targets[i] < 0) continue;
    float max = reference_[i];
    double sum = 0;
    for (int64_t part = 1; part < kParts; ++part) {
      max = std::max(max, reference_[at(part, row)]);
    }
    for (int64_t part = 0; part < kParts; ++part) {
      const double below = reference_[at(part, row)] - double{max};
      sum += sum_[at(part, row)] * std::exp(below);
    }
    float block[kBlock];
    const int64_t first = targets[i] / kBlock;
    int8_.multiply(x.row(row), weight_, first, first + 1, block, kBlock);
    const float logit = block[targets[i] % kBlock];
    losses[i] = static_cast<float>(std::log(sum) + max - logit);
    require_finite(losses[i]);
  }
}

} // namespace nanobrain
