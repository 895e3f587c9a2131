// A sweep's YAML over a run that needs no tokenizer, and its folder with
// results that nothing was trained for.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "nanobrain/base/fields.h"
#include "nanobrain/sweep/counted_baselines.h"
#include "nanobrain/sweep/folder.h"
#include "tests/support/support.h"

namespace nanobrain::testing {

/// "a b c": what `text` gives of each.
template <class Range, class Text>
std::string joined(const Range& range, const Text& text) {
  std::string all;
  for (const auto& item : range) {
    all += (all.empty() ? "" : " ") + std::string(std::invoke(text, item));
  }
  return all;
}

/// A folder with base.yaml, a run of 2 layers of width 16.
class SweepFiles {
 public:
  SweepFiles() {
    write_text(
        path("base.yaml"),
        "model: {num_heads: 2, model_dim: 16, ffn_dim: 32, vocab_size: 100, "
        "max_seq_len: 8}\n"
        "data: {tokenizer: t, train: a.tokens, val: b.tokens}\n"
        "train: {batch_size: 2, seq_len: 8}\n");
  }

  std::string path(const std::string& name) const { return dir_ / name; }
  /// base and whatever else of the YAML.
  std::string write(const std::string& rest) const {
    write_text(path("sweep.yaml"), "base: base.yaml\n" + rest);
    return path("sweep.yaml");
  }
  SweepConfig read(const std::string& rest) const {
    return read_sweep_config(write(rest));
  }

 private:
  TempDir dir_;
};

/// 1 and 2 layers, three seeds, all of them waiting.
class SweepResults {
 public:
  explicit SweepResults(
      const std::string& rest =
          "grid: {model.num_layers: [1, 2]}\nbudget: {steps: 4}\n")
      : config_(files_.read(rest)),
        folder_{files_.path("depth")},
        cells_(make_cells(config_)) {
    open_sweep_folder(folder_, config_);
    for (const Cell& cell : cells_) write_cell(folder_, cell);
  }

  const SweepFolder& folder() const { return folder_; }
  const std::string& id(size_t cell) const { return cells_.at(cell).id; }
  std::string path(const std::string& name) const { return files_.path(name); }
  SeedFolder seed(size_t cell, int64_t seed) const {
    return folder_.seed(id(cell), seed);
  }

  void set_status(size_t cell, int64_t seed, const RunStatus& status) const {
    set_status(id(cell), seed, status);
  }
  /// Figures that follow from bits per byte: 2 bytes a token.
  void finish(size_t cell, int64_t seed, double bits_per_byte) const {
    finish(id(cell), seed, bits_per_byte, static_cast<double>(cell));
  }
  void finish(
      const std::string& cell,
      int64_t seed,
      double bits_per_byte,
      double more_ms = 0) const {
    RunStatus status;
    status.state = "done";
    status.attempts = 1;
    set_status(cell, seed, status);
    const double nats = bits_per_byte * 2 * 0.6931471805599453;
    const Json facts = read_json(folder_.cell(cell) / "cell.json");
    write_json(
        folder_.seed(cell, seed).result(),
        {{"seed", seed},
         {"val_loss", nats},
         {"val_bits_per_byte", bits_per_byte},
         {"int8_val_loss", nats + 0.01},
         {"int8_val_bits_per_byte",
          bits_per_byte + 0.01 / nats * bits_per_byte},
         {"parameters", facts["parameters"]},
         {"f32_bytes", facts["f32_bytes"].get<int64_t>() + 1000},
         {"int8_bytes", facts["int8_bytes"].get<int64_t>() + 1000},
         {"forward_ms", 1.0 + more_ms},
         {"int8_forward_ms", 0.5 + more_ms},
         {"train_flops", facts["train_flops"]},
         {"tokens", facts["tokens"]},
         {"steps", facts["steps"]},
         {"tokens_per_s", 20'000.0},
         {"elapsed_s", 2.0},
         {"peak_rss_bytes", 1'000'000},
         {"threads", 2}});
  }

 private:
  void set_status(
      const std::string& cell, int64_t seed, const RunStatus& status) const {
    std::filesystem::create_directories(folder_.seed(cell, seed).root);
    write_status(folder_.seed(cell, seed), status);
  }

  SweepFiles files_;
  SweepConfig config_;
  SweepFolder folder_;
  std::vector<Cell> cells_;
};

/// baselines.json: a bigram and a trigram of so many bits per byte.
inline void write_ngrams(
    const SweepFolder& folder,
    const std::vector<std::string>& cells,
    double bigram,
    double trigram) {
  const CountedBaselines counted{
      .budget = {{"windows", 8}},
      .cells = cells,
      .data_seed = 1,
      .tokens = 64,
      .counted = "what the model was trained on",
      .ngrams = {
          {"bigram (Kneser-Ney)", bigram}, {"trigram (Kneser-Ney)", trigram}}};
  write_json(folder.baselines(), write_fields(SweepBaselines{{counted}, ""}));
}

/// The registry and one row more, of what training tells about itself.
inline Figures with_energy() {
  Figures more = all_figures();
  more.push_back(
      {.key = "energy_j",
       .title = "energy of training",
       .brief = "energy",
       .unit = "J",
       .format = "{:.1f}",
       .role = FigureRole::kCost,
       .spread = Spread::kDeviation,
       .sources = {{Stage::kTrain, "joules", "energy_j"}},
       .optional = true,
       .csv = 5,
       .markdown = 3,
       .markdown_heading = "energy J"});
  return more;
}

/// Two seeds of each cell that have it, and one that does not.
inline void finish_with_energy(const SweepResults& sweep) {
  for (const size_t cell : {0, 1}) {
    for (const int64_t seed : {1, 2}) {
      sweep.finish(cell, seed, 2.0 - 0.1 * static_cast<double>(cell));
      const auto path = sweep.seed(cell, seed).result();
      Json result = read_json(path);
      result["energy_j"] =
          10.0 * static_cast<double>(cell + 1) + static_cast<double>(seed);
      write_json(path, result);
    }
  }
  sweep.finish(1, 3, 1.9);
}

} // namespace nanobrain::testing
