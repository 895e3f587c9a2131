// What prepare() reports: for people, for --json and for prepare.json.
#include <fmt/format.h>

#include "nanobrain/base/progress.h"
#include "nanobrain/data/prepare.h"

namespace nanobrain {

Json SideReport::to_json() const {
  return {
      {"documents", documents},
      {"tokens", tokens},
      {"bytes", bytes},
      {"duplicates", duplicates}};
}

double PrepareReport::mb_per_s() const {
  return seconds > 0.0 ? static_cast<double>(read.bytes) / 1e6 / seconds : 0.0;
}

Json PrepareReport::to_json() const {
  Json json = {
      {"documents", train.documents + val.documents},
      {"tokens", train.tokens + val.tokens},
      {"bytes", train.bytes + val.bytes},
      {"duplicates", train.duplicates + val.duplicates}};
  const Json counts = read.to_json();
  for (const auto& [key, value] : counts.items()) {
    if (key.starts_with("skipped") || key == "repaired") json[key] = value;
  }
  json["seconds"] = seconds;
  json["mb_per_s"] = mb_per_s();
  json["train"] = train.to_json();
  json["val"] = val.to_json();
  json["overlap"] = overlap.to_json();
  return json;
}

std::string PrepareReport::to_text() const {
  const auto side = [](const char* name, const SideReport& r) {
    return fmt::format(
        "{:<8} {} documents, {} tokens of {}; {} copies dropped\n",
        name,
        format_count(r.documents),
        format_count(r.tokens),
        format_bytes(static_cast<double>(r.bytes)),
        format_count(r.duplicates));
  };
  const std::string shared = fmt::format(
      "overlap  {}{} of {} validation documents share a {}-gram of words with "
      "training; {} of {} {}\n",
      overlap.sampled < 1.0 ? "at least " : "",
      format_count(overlap.val_documents_in_train),
      format_count(overlap.val_documents),
      kOverlapWords,
      format_count(overlap.val_ngrams_in_train),
      format_count(overlap.val_ngrams),
      overlap.sampled < 1.0 ? "sampled 13-grams" : "13-grams");
  return side("train", train) +
         (val.documents > 0 ? side("val", val) + shared : "") +
         fmt::format(
             "skipped  {} documents; {:.1f} MB/s\n",
             format_count(read.skipped()),
             mb_per_s());
}

} // namespace nanobrain
