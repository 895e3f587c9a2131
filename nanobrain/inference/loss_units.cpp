#include "nanobrain/inference/loss_units.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "nanobrain/base/progress.h"

namespace nanobrain {

namespace {

constexpr size_t kFewestArticles = 20;
constexpr int64_t kFewestDocuments = 2;
constexpr int64_t kBlocks = 40;

int64_t divide_up(int64_t a, int64_t b) {
  return (a + b - 1) / b;
}

/// " = Title = ", not " = = Section = = ".
bool is_title(std::string_view line) {
  const size_t begin = line.find_first_not_of(' ');
  if (begin == line.npos) return false;
  line = line.substr(begin, line.find_last_not_of(" \r") - begin + 1);
  return line.size() > 4 && line.starts_with("= ") && line.ends_with(" =") &&
         !line.starts_with("= =");
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

std::string UnitPlan::unit() const {
  if (block_bytes > 0) return "block";
  return articles.empty() ? "document" : "article";
}

std::string UnitPlan::describe() const {
  std::string text = fmt::format("{} {}s", format_count(count), unit());
  if (block_bytes > 0) {
    text += fmt::format(" of {} bytes", format_count(block_bytes));
  }
  return text;
}

void find_articles(
    std::string_view text, int64_t offset, std::vector<int64_t>& begins) {
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    if (is_title(text.substr(begin, end - begin))) {
      begins.push_back(offset + static_cast<int64_t>(begin));
    }
    begin = end + 1;
  }
}

double effective_units(const std::vector<LossSum>& units) {
  double sum = 0, squares = 0;
  for (const LossSum& unit : units) {
    const auto bytes = static_cast<double>(unit.bytes);
    sum += bytes;
    squares += bytes * bytes;
  }
  return squares > 0 ? sum * sum / squares : 0;
}

UnitPlan plan_units(
    int64_t documents, int64_t bytes, const std::vector<int64_t>& articles) {
  if (articles.size() >= kFewestArticles) {
    UnitPlan plan{std::ssize(articles), 0, articles};
    plan.articles.front() = 0; // what precedes the first heading is its own
    return plan;
  }
  if (documents >= kFewestDocuments) return {documents, 0, {}};
  const int64_t block_bytes = divide_up(std::max<int64_t>(bytes, 1), kBlocks);
  return {divide_up(std::max<int64_t>(bytes, 1), block_bytes), block_bytes, {}};
}

LossUnits::LossUnits(
    const Tokenizer& tokenizer, OnUnit on_unit, const UnitPlan& plan)
    : tokenizer_(tokenizer), on_unit_(std::move(on_unit)), plan_(plan) {}

void LossUnits::add(TokenId id, std::optional<double> nats) {
  int64_t unit = documents_;
  if (plan_.block_bytes > 0) unit = bytes_ / plan_.block_bytes;
  if (!plan_.articles.empty()) {
    unit = std::ranges::upper_bound(plan_.articles, bytes_) -
           plan_.articles.begin() - 1;
  }
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
  if (plan_.unit() == "document") sum_.documents = 1;
  if (on_unit_) on_unit_(unit_, sum_);
  total_ += sum_;
  sum_ = {};
}

} // namespace nanobrain
