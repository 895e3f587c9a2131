#include "nanobrain/fetch/file_list.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <string_view>

#include "nanobrain/base/fields.h"

namespace nanobrain {

namespace {

namespace fs = std::filesystem;

/// What an URL cannot hold as it is.
bool has_space_or_control(const std::string& text) {
  return std::ranges::any_of(
      text, [](unsigned char c) { return c <= ' ' || c == 0x7f; });
}

/// Relative, and without a way out of the output folder.
bool stays_inside(const fs::path& name) {
  return !name.empty() && name.is_relative() && name.has_filename() &&
         std::ranges::none_of(
             name, [](const fs::path& part) { return part == ".."; }) &&
         name.filename() != ".";
}

void check_file(RemoteFile& file, const std::string& where) {
  require<UsageError>(
      stays_inside(file.name),
      where,
      "name must lead to a file under the output folder, but is \"{}\"",
      file.name);
  if (file.path.empty()) file.path = file.name;
  require<UsageError>(
      !has_space_or_control(file.path) &&
          file.path.find_first_not_of('/') != std::string::npos,
      where,
      "path must be that of a file, percent-encoded, but is \"{}\"",
      file.path);
  require<UsageError>(
      !file.bytes || *file.bytes >= 0,
      where,
      "bytes must not be negative, but is {}",
      file.bytes.value_or(0));
  std::ranges::transform(file.sha256, file.sha256.begin(), [](unsigned char c) {
    return std::tolower(c);
  });
  require<UsageError>(
      file.sha256.empty() || is_sha256(file.sha256),
      where,
      "sha256 must be 64 hex digits, but is \"{}\"",
      file.sha256);
}

} // namespace

bool is_sha256(const std::string& text) {
  return text.size() == 64 && std::ranges::all_of(text, [](unsigned char c) {
           return std::isxdigit(c);
         });
}

std::string FileList::url(const RemoteFile& file) const {
  const std::string base =
      base_url.substr(0, base_url.find_last_not_of('/') + 1);
  return base + "/" + file.path.substr(file.path.find_first_not_of('/'));
}

void check_file_list(FileList& list, const std::string& where) {
  require<UsageError>(
      (list.base_url.starts_with("http://") ||
       list.base_url.starts_with("https://")) &&
          !has_space_or_control(list.base_url),
      where,
      "the base URL must begin with http:// or https://, but is \"{}\"",
      list.base_url);
  require<UsageError>(!list.files.empty(), where, "has no files; add some");
  std::set<fs::path> names;
  for (RemoteFile& file : list.files) {
    check_file(file, fmt::format("{}: {}", where, file.name));
    require<UsageError>(
        names.insert(fs::path(file.name).lexically_normal()).second,
        where,
        "has {} twice; name each file once",
        file.name);
  }
}

FileList read_file_list(const fs::path& path, const std::string& base_url) {
  FileList list;
  read_fields(read_json(path), path.string() + ":", list);
  if (!base_url.empty()) list.base_url = base_url;
  check_file_list(list, path.string());
  return list;
}

} // namespace nanobrain
