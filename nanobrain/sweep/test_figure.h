// What a sweep has on the test text, which had no part in any choice.
#pragma once

#include <cstdint>
#include <iterator>
#include <string>
#include <vector>

#include "nanobrain/base/error.h"
#include "nanobrain/base/limits.h"
#include "nanobrain/sweep/counted_baselines.h"

namespace nanobrain {

/// A cell, run by run, in bits per byte of f32.
struct TestedCell {
  std::string id;
  std::vector<std::string> seeds; // RunSeed::name()
  std::vector<double> val;        // by which it was chosen
  std::vector<double> test;
  std::vector<CountedNgram> ngrams; // on the test text
  Json measured = Json::object();   // name of `measure` -> the same on its file

  template <class Visitor>
  void visit(Visitor&& field) {
    FIELD(id, "of the cell");
    FIELD(seeds, "of its runs");
    FIELD(val, "bits per byte on the validation text, run by run");
    FIELD(test, "bits per byte on the test text");
    FIELD(ngrams, "on the test text");
    FIELD(measured, "bits per byte on each file of `measure`");
  }
  /// The same runs of the same cell.
  bool is_choice_of(const TestedCell& other) const {
    return id == other.id && seeds == other.seeds && val == other.val;
  }
};

/// One evaluation on the test text: of the best cell by the validation text, or
/// of all cells of a confirmation.
struct TestLook {
  std::vector<TestedCell> cells;

  template <class Visitor>
  void visit(Visitor&& field) {
    FIELD(cells, "that were evaluated");
  }
};

/// test.json of a sweep's folder.
struct TestFigure {
  std::vector<TestLook> looks; // all there ever were; the last one counts
  std::string missing;         // why there is none of what is chosen now
  int64_t looks_before = 0;    // of the sweep that a confirmation is of

  template <class Visitor>
  void visit(Visitor&& field) {
    FIELD(looks, "evaluations on the test text, the last one counts");
    FIELD(missing, "why there is none");
    FIELD(looks_before, "looks of the sweep that this one confirms");
  }
  /// Error that begins with `where` if a cell lacks the figure of a run.
  void check(const std::string& where) const {
    for (const TestLook& look : looks) {
      for (const TestedCell& cell : look.cells) {
        const size_t runs = cell.seeds.size();
        bool whole = runs > 0 && cell.val.size() == runs &&
                     (cell.test.size() == runs || !cell.measured.empty());
        for (const auto& [name, values] : cell.measured.items()) {
          whole = whole && values.is_array() && values.size() == runs;
        }
        require(whole, where, "lacks the figure of a run of {}", cell.id);
      }
    }
  }
  int64_t looks_in_all() const { return looks_before + std::ssize(looks); }
};

} // namespace nanobrain
