// Downloads of listed files: resumed, checked, renamed when right.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "nanobrain/base/json.h"
#include "nanobrain/base/limits.h"
#include "nanobrain/base/table.h"

namespace nanobrain {

struct RemoteFile {
  std::string name;             // under the output folder
  std::string path;             // after the base URL, percent-encoded
  std::optional<int64_t> bytes; // nothing: as the server announces
  std::string sha256;           // 64 hex digits; empty: not published

  template <class Visitor>
  void visit(Visitor&& field) {
    FIELD(name, "where it goes under the output folder");
    FIELD(path, "where it is under the base URL, percent-encoded (as name)");
    FIELD(bytes, "its length; needed without sha256", at_least(0));
    FIELD(sha256, "its checksum, 64 hex digits");
  }
};

struct FileList {
  std::string base_url;
  std::vector<RemoteFile> files;

  template <class Visitor>
  void visit(Visitor&& field) {
    FIELD(base_url, "http:// or https://, what paths follow");
    FIELD(files, "name, path, bytes, sha256 of each");
  }
};

/// "gpt2": GPT-2 small (124M) with its tokenizer, a Hugging Face directory.
/// "fineweb-edu": the first `shards` (1 where not given) of the 14 parquet
/// shards of FineWeb-EDU's 10-billion-token sample. Both at a fixed revision,
/// with published lengths and checksums. `base_url`, where not empty, names a
/// mirror of https://huggingface.co. UsageError for any other name or number.
FileList known_file_list(
    const std::string& name,
    std::optional<int64_t> shards = {},
    const std::string& base_url = "");

/// Reads a list of the user's own: JSON with the keys above. `base_url`, where
/// not empty, replaces the list's. UsageError if a name would leave the
/// output folder or meet another file's, or nothing could check a file.
FileList read_file_list(const fs::path& path, const std::string& base_url = "");

struct FetchOptions {
  fs::path output;             // folder
  bool force = false;          // replace a file that is there and is another
  double stall_timeout_s = 30; // below 1 kB/s
  double pause_s = 1;          // for each attempt that failed, before the next
};

/// Brings the files of the list into the output folder, one after another.
/// NAME.part holds what came until its length and sha256 are right: no wrong
/// file ever gets the name. A file with a published sha256 is resumed from its
/// .part, any other begins again. Error if a file cannot be had, Interrupted
/// after a signal; what came is kept in both cases.
///
/// Result: output, files, bytes and rows, of each file name, bytes, sha256,
/// status (fetched, resumed or present) and checksum (published or none).
Json fetch(const FileList& list, const FetchOptions& options);
Table fetch_table(const Json& result); // a row a file

} // namespace nanobrain
