// Writes documents in every format that the readers know, by other programs
// (gzip, xz, zstd, pyarrow), and reads them back.
#pragma once

#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "nanobrain/base/json.h"
#include "nanobrain/data/documents.h"
#include "tests/support/support.h"

namespace nanobrain::testing {

using Documents = std::vector<std::string>;

/// `bytes` as the program for ".gz", ".xz" or ".zst" compresses them.
inline std::string compressed(
    const std::string& bytes, const std::string& extension) {
  static const std::map<std::string, std::string> programs = {
      {".gz", "gzip"}, {".xz", "xz"}, {".zst", "zstd"}};
  const ProcessResult result =
      run_process({programs.at(extension), "-c"}, {.input = bytes});
  if (result.exit_code != 0) throw std::runtime_error(result.err);
  return result.out;
}

inline std::string as_text(const Documents& documents) {
  std::string text;
  for (const std::string& document : documents) text += document + "\n\n";
  return text;
}

inline std::string as_jsonl(const Documents& documents) {
  std::string lines;
  for (const std::string& document : documents) {
    lines += Json({{"id", lines.size()}, {"text", document}}).dump() + "\n";
  }
  return lines;
}

/// Runs a Python script on the list `documents`; it writes to `path`.
inline void run_python(
    const std::string& script,
    const Documents& documents,
    const fs::path& path) {
  const std::string prologue =
      "import json, sys\n"
      "import pyarrow as pa, pyarrow.parquet as pq\n"
      "path = sys.argv[1]\n"
      "documents = json.load(sys.stdin)\n";
  const ProcessResult result = run_process(
      {python().string(), "-c", prologue + script, path.string()},
      {.input = Json(documents).dump()});
  if (result.exit_code != 0) throw std::runtime_error(result.err);
}

inline void write_parquet(const fs::path& path, const Documents& documents) {
  run_python(
      "pq.write_table(pa.table({'id': list(range(len(documents))), "
      "'text': pa.array(documents, pa.string())}), path, row_group_size=7)",
      documents,
      path);
}

inline Documents read_all(DocumentReader& reader) {
  Documents documents;
  for (std::string text; reader.next(text);) documents.push_back(text);
  return documents;
}

inline Documents read_all(
    const std::vector<fs::path>& inputs, const DocumentOptions& options = {}) {
  return read_all(*open_documents(inputs, options));
}

} // namespace nanobrain::testing
