// What prepare() reports: for people, for --json and for prepare.json.
#include <fmt/format.h>

#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"
#include "nanobrain/base/progress.h"
#include "nanobrain/data/prepare.h"
#include "nanobrain/data/token_file.h"

namespace nanobrain {

Json SideReport::to_json() const {
  Json rows = Json::array();
  for (const auto& [input, count] : sources) {
    rows.push_back({{"input", input}, {"documents", count}});
  }
  return {
      {"documents", documents},
      {"tokens", tokens},
      {"bytes", bytes},
      {"duplicates", duplicates},
      {"sources", rows}};
}

std::vector<SourceDocuments> read_sources(const fs::path& token_file) {
  const fs::path record = token_file.parent_path() / "prepare.json";
  std::vector<SourceDocuments> sources;
  int64_t documents = 0;
  if (fs::exists(record)) {
    const Json side =
        read_json(record).value(token_file.stem().string(), Json::object());
    for (const Json& row : side.value("sources", Json::array())) {
      sources.push_back({row.at("input"), row.at("documents")});
      documents += sources.back().documents;
    }
  }
  require(
      !sources.empty() && documents == TokenFile(token_file).info().documents,
      "sources",
      "no prepare.json beside {} says which of its documents are of which "
      "input; prepare the text again, or name the texts themselves",
      token_file.string());
  return sources;
}

SideReport& PrepareReport::of(Side side) {
  return side == Side::kVal ? val : side == Side::kTest ? test : train;
}

double PrepareReport::mb_per_s() const {
  return seconds > 0.0 ? static_cast<double>(read.bytes) / 1e6 / seconds : 0.0;
}

Json PrepareReport::to_json() const {
  Json json = {
      {"documents", train.documents + val.documents + test.documents},
      {"tokens", train.tokens + val.tokens + test.tokens},
      {"bytes", train.bytes + val.bytes + test.bytes},
      {"duplicates", train.duplicates + val.duplicates + test.duplicates}};
  const Json counts = read.to_json();
  for (const auto& [key, value] : counts.items()) {
    if (key.starts_with("skipped") || key == "repaired") json[key] = value;
  }
  json["seconds"] = seconds;
  json["mb_per_s"] = mb_per_s();
  json["train"] = train.to_json();
  json["val"] = val.to_json();
  json["test"] = test.to_json();
  json["overlap"] = overlap.to_json();
  return json;
}

Table PrepareReport::table() const {
  Table table{
      .columns = {
          word_column("file", "file"),
          {"documents", "documents", kCount},
          {"tokens", "tokens", kCount},
          {"bytes", "text", kBytes},
          {"duplicates", "copies dropped", kCount}}};
  const auto add = [&](const char* name, const SideReport& r) {
    table.rows.push_back({name, r.documents, r.tokens, r.bytes, r.duplicates});
  };
  add("train", train);
  if (val.documents > 0) {
    const bool sampled = overlap.sampled < 1.0;
    add("val", val);
    table.notes.push_back(fmt::format(
        "overlap: {}{} of {} validation documents share a {}-gram of words "
        "with training; {} of {} {}{}-grams",
        sampled ? "at least " : "",
        format_count(overlap.val_documents_in_train),
        format_count(overlap.val_documents),
        kOverlapWords,
        format_count(overlap.val_ngrams_in_train),
        format_count(overlap.val_ngrams),
        sampled ? "sampled " : "",
        kOverlapWords));
  }
  if (test.documents > 0) add("test", test);
  table.notes.push_back(fmt::format(
      "skipped: {} documents; {:.1f} MB/s",
      format_count(read.skipped()),
      mb_per_s()));
  return table;
}

} // namespace nanobrain
