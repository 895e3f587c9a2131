// What to fetch: the lists known by name, and those of the user.
#include <algorithm>
#include <cctype>
#include <set>

#include "nanobrain/base/error.h"
#include "nanobrain/base/fields.h"
#include "nanobrain/base/utf8.h"
#include "nanobrain/fetch/fetch.h"

namespace nanobrain {

// lists/*.json
extern const char* const kGpt2Files;
extern const char* const kFineWebEduFiles;

namespace {

/// Relative, without a way out of the output folder, and never the name of a
/// partial file.
bool is_safe_name(const fs::path& name) {
  return name.is_relative() && name.has_filename() && name.filename() != "." &&
         without_controls(name.string()) == name.string() &&
         std::ranges::none_of(name, [](const fs::path& part) {
           return part == ".." || part.string().ends_with(".part");
         });
}

void check_file(RemoteFile& file, const std::string& where) {
  require<UsageError>(
      is_safe_name(file.name),
      where,
      "is no name of a file under the output folder, without control "
      "characters and not ending in .part");
  check_fields(file, where + " ");
  if (file.path.empty()) file.path = file.name;
  const bool hex = file.sha256.find_first_not_of("0123456789abcdefABCDEF") ==
                   std::string::npos;
  require<UsageError>(
      file.sha256.empty() ? file.bytes.has_value()
                          : hex && file.sha256.size() == 64,
      where,
      "needs a sha256 of 64 hex digits, or bytes and no sha256");
  for (char& c : file.sha256) c = static_cast<char>(std::tolower(c));
}

FileList checked_list(
    const Json& json, const std::string& where, const std::string& base_url) {
  FileList list;
  read_fields(json, where + ":", list);
  if (!base_url.empty()) list.base_url = base_url;
  require<UsageError>(
      list.base_url.starts_with("http://") ||
          list.base_url.starts_with("https://"),
      base_url.empty() ? where : "--base-url",
      "the base URL must begin with http:// or https://, but is \"{}\"",
      shown_url(list.base_url));
  require<UsageError>(!list.files.empty(), where, "has no files; add some");
  std::set<fs::path> names;
  for (RemoteFile& file : list.files) {
    const std::string name = without_controls(file.name);
    check_file(file, fmt::format("{}: \"{}\"", where, name));
    require<UsageError>(
        names.insert(fs::path(name).lexically_normal()).second,
        where,
        "has {} twice; name each file once",
        name);
  }
  return list;
}

} // namespace

std::string shown_url(std::string_view url) {
  url = url.substr(0, url.find('?'));
  const size_t scheme = url.find("://");
  const size_t host = scheme == url.npos ? 0 : scheme + 3;
  const size_t at = url.substr(host, url.find('/', host) - host).rfind('@');
  std::string shown(url);
  if (at != url.npos) shown.erase(host, at + 1);
  return without_controls(shown);
}

std::string FileList::url(const RemoteFile& file) const {
  return base_url.substr(0, base_url.find_last_not_of('/') + 1) +
         (file.path.starts_with('/') ? "" : "/") + file.path;
}

FileList known_file_list(
    const std::string& name,
    std::optional<int64_t> shards,
    const std::string& base_url) {
  check_fields({{"fetch", name, "", {one_of({"fineweb-edu", "gpt2"})}}});
  const bool in_shards = name == "fineweb-edu";
  const char* json = in_shards ? kFineWebEduFiles : kGpt2Files;
  FileList list = checked_list(parse_json(json, name), name, base_url);
  if (in_shards) {
    const auto most = static_cast<double>(list.files.size());
    const int64_t count = shards.value_or(1);
    check_fields({{"--shards", count, "", {from_to(1, most)}}});
    list.files.resize(static_cast<size_t>(count));
  }
  return list;
}

FileList read_file_list(const fs::path& path, const std::string& base_url) {
  return checked_list(read_json(path), path.string(), base_url);
}

} // namespace nanobrain
