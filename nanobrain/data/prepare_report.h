// What `prepare` did: for people, for --json and for prepare.json.
#pragma once

#include <cstdint>
#include <string>

#include "nanobrain/base/json.h"
#include "nanobrain/data/documents.h"
#include "nanobrain/data/overlap.h"

namespace nanobrain {

/// What went into one token file.
struct SideReport {
  int64_t documents = 0;
  int64_t tokens = 0;
  int64_t bytes = 0;      // of the documents' text
  int64_t duplicates = 0; // dropped: copies of documents that came before

  Json to_json() const;
};

struct PrepareReport {
  SideReport train;
  SideReport val;
  DocumentCounts read;
  OverlapReport overlap;
  double seconds = 0.0;

  /// Of the text that was read.
  double mb_per_s() const;
  Json to_json() const;
  /// A few lines for people.
  std::string to_text() const;
};

} // namespace nanobrain
