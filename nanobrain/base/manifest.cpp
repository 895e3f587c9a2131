#include "nanobrain/base/manifest.h"

#include <algorithm>
#include <vector>

#include "nanobrain/base/checksum.h"
#include "nanobrain/base/error.h"
#include "nanobrain/base/file.h"

namespace nanobrain {

constexpr const char* kManifest = "manifest.json";
constexpr int64_t kFormatVersion = 1;

Json hash_files(const fs::path& directory) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(directory)) {
    if (entry.is_regular_file() && !is_temporary_name(entry.path())) {
      files.push_back(entry.path().lexically_relative(directory));
    }
  }
  std::sort(files.begin(), files.end());
  Json hashes = Json::object();
  for (const fs::path& file : files) {
    hashes[file.generic_string()] = sha256_of_file(directory / file);
  }
  return hashes;
}

void verify_files(const fs::path& directory, const Json& hashes) {
  const std::string where = directory.string();
  require(
      hashes.is_object(),
      where,
      "its list of files is no mapping of names to checksums; copy or make "
      "the folder again");
  for (const auto& [name, hash] : hashes.items()) {
    const bool there = fs::is_regular_file(directory / name);
    require(there, where, "lacks {}; copy or make the folder again", name);
    require(
        hash == sha256_of_file(directory / name),
        where,
        "{} is not as it was written (its SHA-256 differs); copy or make the "
        "folder again",
        name);
  }
}

void require_format_version(
    const Json& json, int64_t newest_known, std::string_view where) {
  const Json version =
      json.is_object() ? json.value("format_version", Json()) : Json();
  require(
      version.is_number_integer() && version >= 1,
      where,
      "has no format_version; it is damaged or not nanobrain's");
  require(
      version <= newest_known,
      where,
      "has format version {}, but this nanobrain reads up to {}; update "
      "nanobrain",
      version.dump(),
      newest_known);
}

void write_manifest(const fs::path& directory) {
  const Json hashes = hash_files(directory);
  write_json(
      directory / kManifest,
      {{"format_version", kFormatVersion}, {"files", hashes}});
}

void check_manifest(const fs::path& directory) {
  const fs::path path = directory / kManifest;
  const Json manifest = read_json(path);
  require_format_version(manifest, kFormatVersion, path.string());
  require(
      manifest.contains("files"),
      path.string(),
      "lists no files; it is damaged or not nanobrain's");
  verify_files(directory, manifest["files"]);
}

} // namespace nanobrain
