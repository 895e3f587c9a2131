// Text to token files: read, drop duplicates, split, tokenise, report.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "nanobrain/data/documents.h"
#include "nanobrain/data/prepare_report.h"
#include "nanobrain/tokenizer/tokenizer.h"

namespace nanobrain {

struct PrepareOptions {
  DocumentOptions documents = {};
  /// share of the documents that is held out; 0 writes no val.tokens
  double val_fraction = 0.005;
  /// another seed holds out other documents
  uint64_t split_seed = 0;
  /// validation documents; val_fraction is then not used
  std::vector<std::filesystem::path> val_inputs = {};
  /// go on with a tokenizer that has no end-of-text token
  bool allow_no_end_of_text = false;
  /// 0: all that the process may use; the output does not depend on it
  int64_t threads = 0;
};

/// Writes DIR/train.tokens, DIR/val.tokens, the tokenizer's files and
/// DIR/prepare.json; `output` appears only when all are whole.
///
/// The inputs are read twice: first to find copies and the validation
/// documents' n-grams, then to write. Of equal documents the first is kept,
/// validation documents coming before all others, so that none is in both
/// files. Memory is bounded but for 16 bytes a document (DuplicateFinder).
///
/// Errors: bad inputs, no document for one of the files, inputs that change
/// while they are read, an `output` that exists, a full disk. Interrupted
/// leaves nothing.
PrepareReport prepare(
    const std::vector<std::filesystem::path>& inputs,
    const Tokenizer& tokenizer,
    const std::filesystem::path& output,
    const PrepareOptions& options = {});

} // namespace nanobrain
