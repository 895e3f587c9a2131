#include "nanobrain/inference/part_counters.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <numeric>
#include <utility>

#include "nanobrain/base/error.h"
#include "nanobrain/base/interrupt.h"
#include "nanobrain/base/progress.h"
#include "nanobrain/data/documents.h"
#include "nanobrain/inference/ngram_baselines.h"

namespace nanobrain {

namespace {

/// Puts each scored token into one part.
class PartCounter : public TokenCounter {
 public:
  PartCounter(const Tokenizer& tokenizer, LossParts parts)
      : tokenizer_(tokenizer), parts_(std::move(parts)) {}

  void add(const ScoredToken& token) override {
    const bool ends = token.id == tokenizer_.end_of_text();
    const size_t part = part_of(token, ends);
    if (!token.nats) return;
    const size_t bytes = ends ? 0 : tokenizer_.bytes_of(token.id).size();
    auto& parts = parts_.parts;
    while (part >= parts.size()) parts.push_back({name_of(parts.size())});
    parts[part].loss += {
        .nats = *token.nats, .tokens = 1, .bytes = static_cast<int64_t>(bytes)};
  }
  void finish(EvalReport& report) override { report.parts.push_back(parts_); }

 private:
  virtual size_t part_of(const ScoredToken& token, bool ends_document) = 0;
  /// Of a part that the constructor was not given.
  virtual std::string name_of(size_t /*part*/) const { return ""; }

  const Tokenizer& tokenizer_;
  LossParts parts_;
};

class ByPosition : public PartCounter {
 public:
  explicit ByPosition(const Tokenizer& tokenizer)
      : PartCounter(
            tokenizer, {.by = kByPosition, .title = "tokens before it"}) {}

 private:
  size_t part_of(const ScoredToken& token, bool) override {
    return static_cast<size_t>(std::bit_width(
        static_cast<uint64_t>(std::max<int64_t>(token.before, 1) - 1)));
  }
  std::string name_of(size_t part) const override {
    if (part < 2) return std::to_string(part + 1);
    const int64_t last = int64_t{1} << part;
    return fmt::format(
        "{} to {}", format_count(last / 2 + 1), format_count(last));
  }
};

/// How often each id comes in what is counted of a file.
std::vector<int64_t> count_ids(
    const TokenFile& file, const CountedTokens& counted) {
  std::vector<int64_t> counts(static_cast<size_t>(file.info().vocab_size));
  const auto count = [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; ++i) {
      ++counts[static_cast<size_t>(file[i])];
    }
  };
  if (counted.ranges) {
    for (const auto& [begin, end] : *counted.ranges) count(begin + 1, end);
  } else {
    count(0, std::min(file.size(), counted.first.value_or(file.size())));
  }
  return counts;
}

class ByFrequency : public PartCounter {
 public:
  ByFrequency(
      const Tokenizer& tokenizer,
      const std::vector<int64_t>& counts,
      const std::string& counted)
      : PartCounter(tokenizer, make_parts(counts, counted)),
        part_of_id_(counts.size(), unseen(counts)) {
    std::vector<size_t> ids(counts.size());
    std::iota(ids.begin(), ids.end(), size_t{0});
    std::ranges::stable_sort(
        ids, std::greater(), [&](size_t id) { return counts[id]; });
    size_t part = 0;
    int64_t last = 10; // rank of the part
    for (int64_t rank = 1; rank <= std::ssize(ids); ++rank) {
      const size_t id = ids[static_cast<size_t>(rank - 1)];
      if (counts[id] == 0) break;
      if (rank > last) {
        ++part;
        last *= 10;
      }
      part_of_id_[id] = part;
    }
  }

 private:
  /// The part of ids that were not counted follows those of the ranks.
  static size_t unseen(const std::vector<int64_t>& counts) {
    return make_parts(counts, "").parts.size() - 1;
  }
  static LossParts make_parts(
      const std::vector<int64_t>& counts, const std::string& counted) {
    const int64_t tokens =
        std::accumulate(counts.begin(), counts.end(), int64_t{0});
    const int64_t seen = std::ssize(counts) - std::ranges::count(counts, 0);
    LossParts made{
        .by = kByFrequency,
        .title = "rank by frequency",
        .note = fmt::format(
            "ranks counted on {} training tokens: {}",
            format_count(tokens),
            counted)};
    for (int64_t first = 1, last = 10; first <= seen;
         first = last + 1, last *= 10) {
      made.parts.push_back({fmt::format(
          "{} to {}",
          format_count(first),
          format_count(std::min(last, seen)))});
    }
    made.parts.push_back({"not in training"});
    return made;
  }

  size_t part_of(const ScoredToken& token, bool) override {
    return part_of_id_[static_cast<size_t>(token.id)];
  }

  std::vector<size_t> part_of_id_;
};

class BySource : public PartCounter {
 public:
  BySource(const Tokenizer& tokenizer, std::vector<SourceDocuments> sources)
      : PartCounter(tokenizer, make_parts(sources)),
        sources_(std::move(sources)) {}

 private:
  static LossParts make_parts(const std::vector<SourceDocuments>& sources) {
    LossParts made{.by = kBySource, .title = "source"};
    for (const auto& [input, _] : sources) made.parts.push_back({input});
    return made;
  }

  size_t part_of(const ScoredToken&, bool ends_document) override {
    while (source_ < sources_.size() &&
           documents_ == sources_[source_].documents) {
      ++source_;
      documents_ = 0;
    }
    require(
        source_ < sources_.size(),
        "eval",
        "the input has more documents than a first reading has counted; run "
        "again when nothing writes to it");
    const size_t part = source_;
    documents_ += ends_document ? 1 : 0;
    return part;
  }

  std::vector<SourceDocuments> sources_;
  size_t source_ = 0;     // of the document in hand
  int64_t documents_ = 0; // of the source that have ended
};

} // namespace

std::vector<SourceDocuments> find_sources(const EvalText& text) {
  if (is_token_file(text.inputs.front())) {
    return read_sources(text.inputs.front());
  }
  std::vector<SourceDocuments> sources;
  for (const fs::path& input : text.inputs) {
    const auto reader = open_documents({input}, text.documents);
    for (std::string document; reader->next(document);) check_interrupted();
    sources.push_back({input.string(), reader->counts().documents});
  }
  return sources;
}

std::unique_ptr<TokenCounter> make_part_counter(
    const std::string& by,
    const EvalRequest& request,
    const Tokenizer& tokenizer) {
  if (by == kByPosition) return std::make_unique<ByPosition>(tokenizer);
  if (by == kBySource) {
    require<UsageError>(
        tokenizer.end_of_text() >= 0,
        "eval",
        "the tokenizer has no end-of-text token that would separate documents; "
        "leave --by source out");
    return std::make_unique<BySource>(tokenizer, find_sources(request.text));
  }
  const fs::path folder = find_model_folder(request.model);
  const auto seen = find_seen_windows(folder);
  const fs::path train =
      request.baseline_tokens.value_or(seen ? seen->train : fs::path());
  require<UsageError>(
      fs::exists(train),
      "eval",
      "--by frequency counts training tokens, and those of the model are {}; "
      "name them by --baseline-tokens",
      train.empty() ? "not known" : "not at " + train.string());
  const TokenFile file(train);
  file.require_tokenizer(tokenizer);
  file.check_tokens();
  const CountedTokens counted =
      choose_counted(file, request.baseline_limit, folder);
  return std::make_unique<ByFrequency>(
      tokenizer, count_ids(file, counted), counted.which);
}

} // namespace nanobrain
