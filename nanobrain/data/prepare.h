// Text to token files: read, drop duplicates, split, tokenise, report.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "nanobrain/base/table.h"
#include "nanobrain/data/documents.h"
#include "nanobrain/data/overlap.h"
#include "nanobrain/tokenizer/tokenizer.h"

namespace nanobrain {

struct PrepareOptions {
  DocumentOptions documents = {};
  /// share of the documents that is held out; 0 writes no val.tokens
  double val_fraction = 0.005;
  /// share that is held out for the last figure, which nothing was chosen by;
  /// absent: val_fraction, or none where val_inputs are named
  std::optional<double> test_fraction = std::nullopt;
  /// another seed holds out other documents
  uint64_t split_seed = 0;
  /// validation documents; val_fraction is then not used
  std::vector<fs::path> val_inputs = {};
  /// accept a tokenizer that has no end-of-text token
  bool allow_no_end_of_text = false;
  /// 0: all that the process may use; the output does not depend on it
  int64_t threads = 0;

  /// Of the documents that are not for validation by name.
  double test_share() const {
    return test_fraction.value_or(val_inputs.empty() ? val_fraction : 0.0);
  }
};

/// Documents of an input, a file or folder as it was named; they follow each
/// other in a token file.
struct SourceDocuments {
  std::string input;
  int64_t documents = 0;
};

/// What went into one token file.
struct SideReport {
  int64_t documents = 0;
  int64_t tokens = 0;
  int64_t bytes = 0;      // of the documents' text
  int64_t duplicates = 0; // dropped: copies of documents that came before
  std::vector<SourceDocuments> sources = {}; // in their order

  Json to_json() const;
};

/// The sources of a token file, by the prepare.json beside it. Error where it
/// names none (older versions did not), or those of another file.
std::vector<SourceDocuments> read_sources(const fs::path& token_file);

enum class Side { kTrain, kVal, kTest };

struct PrepareReport {
  SideReport train;
  SideReport val;
  SideReport test;
  DocumentCounts read;
  OverlapReport overlap;
  double seconds = 0.0;

  SideReport& of(Side side);
  /// Of the text that was read.
  double mb_per_s() const;
  Json to_json() const;
  /// A file a row; overlap and speed as notes.
  Table table() const;
};

/// The side of a document: validation for about `val_fraction` of all, test for
/// about `test_fraction`. Depends on its bytes and the seed alone, so that a
/// document keeps its side when files are added or reordered, and copies are
/// always on the same side. The test documents are taken from training's: they
/// do not change which are for validation.
Side side_of(
    std::string_view document,
    double val_fraction,
    double test_fraction,
    uint64_t seed = 0);

/// Writes DIR/train.tokens, DIR/val.tokens, DIR/test.tokens (where a document
/// fell to it), the tokenizer's files and DIR/prepare.json; `output` appears
/// only when all are whole.
///
/// The inputs are read twice: first to find copies and the validation
/// documents' n-grams, then to write. Of equal documents the first is kept,
/// validation documents coming before all others, so that none is in two
/// files. Memory is bounded but for 16 bytes a document (DuplicateFinder).
PrepareReport prepare(
    const std::vector<fs::path>& inputs,
    const Tokenizer& tokenizer,
    const fs::path& output,
    const PrepareOptions& options = {});

} // namespace nanobrain
