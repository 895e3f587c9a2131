#include "nanobrain/inference/loss_units.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "nanobrain/base/progress.h"

namespace nanobrain {

namespace {

constexpr int64_t kFewestDocuments = 30;
constexpr int64_t kBlocks = 40;

int64_t divide_up(int64_t a, int64_t b) {
  return (a + b - 1) / b;
}

bool is_space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

} // namespace

Json LossSum::to_json() const {
  return {
      {"nats", number_or_null(nats)},
      {"tokens", tokens},
      {"bytes", bytes},
      {"words", words},
      {"documents", documents},
      {"nats_per_token", number_or_null(nats_per_token())},
      {"perplexity", number_or_null(perplexity())},
      {"bits_per_byte", number_or_null(bits_per_byte())},
      {"word_perplexity", number_or_null(word_perplexity())}};
}

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

LossUnits::LossUnits(
    const Tokenizer& tokenizer, OnUnit on_unit, const UnitPlan& plan)
    : tokenizer_(tokenizer), on_unit_(std::move(on_unit)), plan_(plan) {}

void LossUnits::add(TokenId id, std::optional<double> nats) {
  const int64_t unit =
      plan_.block_bytes == 0 ? documents_ : bytes_ / plan_.block_bytes;
  // An end of text that ends the text begins no block of its own.
  const int64_t index = std::min(unit, plan_.count - 1);
  if (index != unit_) end_unit();
  unit_ = index;

  const bool ends_document = id == tokenizer_.end_of_text();
  const std::string_view bytes = ends_document ? "" : tokenizer_.bytes_of(id);
  int64_t words = 0;
  for (const char c : bytes) {
    const bool space = is_space(c);
    words += !space && !in_word_;
    in_word_ = !space;
  }
  if (ends_document) in_word_ = false;
  const auto size = static_cast<int64_t>(bytes.size());
  if (nats) sum_ += {.nats = *nats, .tokens = 1, .bytes = size, .words = words};
  ++tokens_;
  bytes_ += size;
  documents_ += ends_document;
}

const LossSum& LossUnits::finish() {
  if (tokens_ > 0) end_unit();
  return total_;
}

void LossUnits::end_unit() {
  if (plan_.block_bytes == 0) sum_.documents = 1;
  if (on_unit_) on_unit_(unit_, sum_);
  total_ += sum_;
  sum_ = {};
}

} // namespace nanobrain
