// What to fetch: files, where they lie, their lengths and checksums.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace nanobrain {

struct RemoteFile {
  std::string name;             // under the output folder
  std::string path;             // after the base URL, percent-encoded
  std::optional<int64_t> bytes; // nothing: not published
  std::string sha256;           // 64 hex digits; empty: not published

  template <class Visitor>
  void visit(Visitor&& field) {
    field("name", name, "where it goes under the output folder");
    field("path", path, "where it lies under the base URL (as name)");
    field("bytes", bytes, "its length");
    field("sha256", sha256, "its checksum, 64 hex digits");
  }
};

struct FileList {
  std::string base_url;
  std::vector<RemoteFile> files;

  template <class Visitor>
  void visit(Visitor&& field) {
    field("base_url", base_url, "http:// or https://, what paths follow");
    field("files", files, "name, path, bytes, sha256 of each");
  }

  /// base_url/path.
  std::string url(const RemoteFile& file) const;
};

/// Reads a list of the user's own: JSON with the keys above; only `name` is
/// needed of a file. `base_url`, where not empty, replaces the list's.
/// UsageError where it is no such list, or where a name would leave the output
/// folder or comes twice.
FileList read_file_list(
    const std::filesystem::path& path, const std::string& base_url = "");

/// UsageError, which names `where`, unless every file of the list has a name
/// of its own within the output folder, a checksum that can be one, and a URL.
/// Completes what may be left out.
void check_file_list(FileList& list, const std::string& where);

/// True for 64 hex digits.
bool is_sha256(const std::string& text);

} // namespace nanobrain
