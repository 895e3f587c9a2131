#include "nanobrain/report/cell_label.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <map>

namespace nanobrain {

namespace {

/// Around the value.
struct Words {
  std::string before;
  std::string after; // in the singular
};

const std::map<std::string, Words>& known_words() {
  static const std::map<std::string, Words> words = {
      {"model.num_layers", {"", " layer"}},
      {"model.num_heads", {"", " head"}},
      {"model.ffn_dim", {"FFN ", ""}},
      {"model.model_dim", {"width ", ""}},
      {"model.max_seq_len", {"context ", ""}},
      {"train.seq_len", {"context ", ""}},
      {"train.steps", {"", " step"}},
      {"optimizer.lr", {"lr ", ""}}};
  return words;
}

std::string value_text(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_object()) { // a tokenizer
    std::string text;
    for (const auto& [key, part] : value.items()) {
      if (!text.empty()) text += ' ';
      text += value_text(part);
    }
    return text;
  }
  return value.dump();
}

std::string part_of_label(const std::string& key, const Json& value) {
  const std::string text = value_text(value);
  if (const auto it = known_words().find(key); it != known_words().end()) {
    const auto& [before, after] = it->second;
    return before + text + after + (after.empty() || text == "1" ? "" : "s");
  }
  if (value.is_object()) return text;
  std::string name = key.substr(key.rfind('.') + 1);
  std::replace(name.begin(), name.end(), '_', ' ');
  return name + " " + text;
}

} // namespace

std::string cell_label(const Json& overrides) {
  std::vector<std::string> parts;
  for (const auto& [key, value] : overrides.items()) {
    const std::string part = part_of_label(key, value);
    // A context's length is set for the model and for training.
    if (std::find(parts.begin(), parts.end(), part) == parts.end()) {
      parts.push_back(part);
    }
  }
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::vector<std::string> cell_labels(const std::vector<CellSummary>& cells) {
  std::vector<std::string> labels;
  std::map<std::string, int> uses;
  for (const CellSummary& cell : cells) {
    labels.push_back(cell_label(cell.facts.at("overrides")));
    ++uses[labels.back()];
  }
  for (size_t i = 0; i < cells.size(); ++i) {
    if (labels[i].empty() || uses[labels[i]] > 1) labels[i] = cells[i].id;
  }
  return labels;
}

} // namespace nanobrain
