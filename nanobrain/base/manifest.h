// Which files belong to a folder and what is in them: checksums that tell a
// whole folder from a damaged or a mixed one.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "nanobrain/base/json.h"

namespace nanobrain {

/// {name: SHA-256 in hex} of every file in a folder and its sub-folders, names
/// relative to it ("model/config.json") and in order; temporary files left out.
Json hash_files(const fs::path& directory);

/// Error that names the first file of `hashes` that is missing or differs.
/// Files beyond those are nobody's concern.
void verify_files(const fs::path& directory, const Json& hashes);

/// Error if json's format_version is above `newest_known`, or is none.
void require_format_version(
    const Json& json, int64_t newest_known, std::string_view where);

/// Writes DIRECTORY/manifest.json: format_version and hash_files().
void write_manifest(const fs::path& directory);

/// Error unless DIRECTORY/manifest.json is there and its files are as it says.
void check_manifest(const fs::path& directory);

} // namespace nanobrain
