// Downloads, side by side.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "nanobrain/base/json.h"
#include "nanobrain/fetch/file_download.h"
#include "nanobrain/fetch/file_list.h"

namespace nanobrain {

struct FetchOptions {
  std::filesystem::path output; // folder
  int64_t jobs = 4;             // files at a time
  DownloadOptions download;
};

struct FetchReport {
  std::filesystem::path output;
  std::vector<FetchedFile> rows; // as the list has them

  int64_t bytes() const;
  /// {"output", "files", "bytes", "rows": [{"name", "bytes", "sha256",
  /// "status", "checksum"}]}.
  Json to_json() const;
  std::string to_text() const;
};

/// Brings every file of the list into the output folder, with progress on
/// stderr. Files that are there and right are left alone; what a run that was
/// stopped has left is gone on with. The first failure stops all, and is thrown
/// as an Error; a signal as Interrupted. What has come is kept in either case.
FetchReport fetch(const FileList& list, const FetchOptions& options);

} // namespace nanobrain
