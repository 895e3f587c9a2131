// What to fetch: the lists known by name, and those of the user.
#include <algorithm>
#include <cctype>
#include <set>

#include "nanobrain/base/error.h"
#include "nanobrain/base/fields.h"
#include "nanobrain/base/nearest.h"
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
  const auto check = [&](bool ok, const char* message, auto value) {
    require<UsageError>(ok, where, "{}, but is {}", message, value);
  };
  check(
      is_safe_name(file.name),
      "name must lead to a file under the output folder, without control "
      "characters and not ending in .part",
      '"' + without_controls(file.name) + '"');
  if (file.path.empty()) file.path = file.name;
  const int64_t bytes = file.bytes.value_or(0);
  check(bytes >= 0, "bytes must not be negative", bytes);
  std::ranges::transform(file.sha256, file.sha256.begin(), [](unsigned char c) {
    return std::tolower(c);
  });
  const bool hex =
      file.sha256.find_first_not_of("0123456789abcdef") == std::string::npos;
  check(
      file.sha256.empty() || (file.sha256.size() == 64 && hex),
      "sha256 must be 64 hex digits",
      '"' + without_controls(file.sha256) + '"');
  require<UsageError>(
      file.bytes || !file.sha256.empty(),
      where,
      "has neither bytes nor sha256 and could not be checked; add one");
}

FileList checked_list(
    const Json& json, const std::string& where, const std::string& base_url) {
  FileList list;
  read_fields(json, where + ":", list);
  if (!base_url.empty()) list.base_url = base_url;
  const std::string& base = list.base_url;
  require<UsageError>(
      base.starts_with("http://") || base.starts_with("https://"),
      base_url.empty() ? where : "--base-url",
      "the base URL must begin with http:// or https://, but is \"{}\"",
      shown_url(base));
  require<UsageError>(!list.files.empty(), where, "has no files; add some");
  std::set<fs::path> names;
  for (RemoteFile& file : list.files) {
    const std::string name = without_controls(file.name);
    check_file(file, fmt::format("{}: {}", where, name));
    require<UsageError>(
        names.insert(fs::path(file.name).lexically_normal()).second,
        where,
        "has {} twice; name each file once",
        name);
  }
  return list;
}

} // namespace

std::string without_controls(std::string_view text) {
  std::string shown;
  for (size_t i = 0; i < text.size(); ++i) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const std::string_view two = text.substr(i, 2);
    const bool c1 = two >= "\xc2\x80" && two < "\xc2\xa0"; // in UTF-8
    shown += c1 || byte < 0x20 || byte == 0x7f ? '?' : text[i];
    if (c1) ++i;
  }
  return shown;
}

std::string shown_url(std::string_view url) {
  const size_t scheme = url.find("://");
  const size_t host = scheme == std::string_view::npos ? 0 : scheme + 3;
  const std::string_view rest = url.substr(host, url.find('?') - host);
  const size_t at = rest.substr(0, rest.find('/')).rfind('@');
  return without_controls(
      std::string(url.substr(0, host)) +
      std::string(rest.substr(at == std::string_view::npos ? 0 : at + 1)));
}

std::string FileList::url(const RemoteFile& file) const {
  const std::string base =
      base_url.substr(0, base_url.find_last_not_of('/') + 1);
  const size_t begin = file.path.find_first_not_of('/');
  return base + "/" + file.path.substr(std::min(begin, file.path.size()));
}

FileList known_file_list(
    const std::string& name,
    std::optional<int64_t> shards,
    const std::string& base_url) {
  const bool in_shards = name == "fineweb-edu";
  require<UsageError>(
      in_shards || name == "gpt2",
      "fetch",
      "knows no \"{}\"{}",
      without_controls(name),
      suggest_name(name, {"fineweb-edu", "gpt2"}));
  require<UsageError>(
      in_shards || !shards,
      "--shards",
      "{} does not come in shards; leave it out",
      name);
  const char* json = in_shards ? kFineWebEduFiles : kGpt2Files;
  FileList list = checked_list(parse_json(json, name), name, base_url);
  const int64_t count = shards.value_or(1);
  require<UsageError>(
      count >= 1 && count <= std::ssize(list.files),
      "--shards",
      "must be from 1 to {}, but is {}",
      list.files.size(),
      count);
  if (in_shards) list.files.resize(static_cast<size_t>(count));
  return list;
}

FileList read_file_list(const fs::path& path, const std::string& base_url) {
  return checked_list(read_json(path), path.string(), base_url);
}

} // namespace nanobrain
