#include "nanobrain/inference/loss_units.h"

#include <fmt/format.h>

#include <algorithm>

#include "nanobrain/base/progress.h"

namespace nanobrain {

namespace {

constexpr int64_t kFewestDocuments = 30;
constexpr int64_t kBlocks = 40;

int64_t divide_up(int64_t a, int64_t b) {
  return (a + b - 1) / b;
}

} // namespace

std::string UnitPlan::describe() const {
  return block_bytes == 0 ? fmt::format("{} documents", format_count(count))
                          : fmt::format(
                                "{} blocks of {} bytes",
                                format_count(count),
                                format_count(block_bytes));
}

UnitPlan plan_units(int64_t documents, int64_t bytes) {
  if (documents >= kFewestDocuments) return {documents, 0};
  const int64_t block_bytes = divide_up(std::max<int64_t>(bytes, 1), kBlocks);
  return {divide_up(std::max<int64_t>(bytes, 1), block_bytes), block_bytes};
}

LossUnits::LossUnits(const Tokenizer& tokenizer, const UnitPlan& plan)
    : tokenizer_(tokenizer),
      losses_(tokenizer),
      plan_(plan),
      units_(static_cast<size_t>(plan.count)) {}

void LossUnits::add(TokenId id, std::optional<double> nats) {
  const int64_t unit =
      plan_.block_bytes == 0 ? documents_ : bytes_ / plan_.block_bytes;
  // An end of text that ends the text begins no block of its own.
  units_[static_cast<size_t>(std::min(unit, plan_.count - 1))] +=
      losses_.next(id, nats);
  ++tokens_;
  if (id == tokenizer_.end_of_text()) {
    ++documents_;
  } else {
    bytes_ += static_cast<int64_t>(tokenizer_.bytes_of(id).size());
  }
}

LossSum LossUnits::total() const {
  LossSum total;
  for (const LossSum& unit : units_) total += unit;
  return total;
}

} // namespace nanobrain
