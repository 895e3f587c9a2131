// Lists of files, known by name or of the user, and their download.
#include "nanobrain/fetch/fetch.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <memory>
#include <set>

#include "nanobrain/base/checksum.h"
#include "nanobrain/base/descriptor.h"
#include "nanobrain/base/error.h"
#include "nanobrain/base/fields.h"
#include "nanobrain/base/interrupt.h"
#include "nanobrain/base/progress.h"
#include "nanobrain/base/utf8.h"

namespace nanobrain {

extern const char* const kGpt2Files; // known_lists.cpp.in
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

FileList checked_list(
    const Json& json, const std::string& where, const std::string& base_url) {
  FileList list;
  read_fields(json, where + ":", list);
  if (!base_url.empty()) list.base_url = base_url;
  std::string& base = list.base_url;
  base.erase(base.find_last_not_of('/') + 1);
  require<UsageError>(
      base.starts_with("http://") || base.starts_with("https://"),
      base_url.empty() ? where + ": base_url" : "--base-url",
      "must begin with http:// or https://");
  require<UsageError>(!list.files.empty(), where, "has no files; add some");
  std::set<fs::path> names;
  for (RemoteFile& file : list.files) {
    const std::string place = where + ": " + without_controls(file.name);
    require<UsageError>(
        is_safe_name(file.name) &&
            names.insert(fs::path(file.name).lexically_normal()).second,
        place,
        "must be the name of a file of its own under the output folder, "
        "without control characters and not ending in .part");
    check_fields(file, place + ": ");
    const size_t digits = file.sha256.size();
    require<UsageError>(
        (digits == 64 || (digits == 0 && file.bytes)) &&
            file.sha256.find_first_not_of("0123456789abcdefABCDEF") ==
                std::string::npos,
        place,
        "needs a sha256 of 64 hex digits, or its bytes and no sha256");
    for (char& c : file.sha256) c = static_cast<char>(std::tolower(c));
    if (file.path.empty()) file.path = file.name;
    file.path.erase(0, file.path.find_first_not_of('/'));
  }
  return list;
}

/// What messages may show of a URL: scheme, host and path; of none, `name`.
std::string shown_url(const std::string& url, const std::string& name) {
  const std::unique_ptr<CURLU, decltype(&curl_url_cleanup)> parts(
      curl_url(), curl_url_cleanup);
  curl_url_set(parts.get(), CURLUPART_URL, url.c_str(), 0);
  for (auto part : {CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_QUERY}) {
    curl_url_set(parts.get(), part, nullptr, 0);
  }
  char* text = nullptr;
  curl_url_get(parts.get(), CURLUPART_URL, &text, 0);
  const std::unique_ptr<char, decltype(&curl_free)> owner(text, curl_free);
  return without_controls(text == nullptr ? name : text);
}

/// The row of the result for what is at `path`.
Json row_of(const RemoteFile& file, const fs::path& path, const char* status) {
  return {
      {"name", file.name},
      {"bytes", fs::file_size(path)},
      {"sha256", sha256_of_file(path)},
      {"status", status},
      {"checksum", file.sha256.empty() ? "none" : "published"}};
}

/// What is wrong with it; empty where it is the file of the list.
std::string fault_of(const Json& row, const RemoteFile& file) {
  const bool right = (!file.bytes || row["bytes"] == *file.bytes) &&
                     (file.sha256.empty() || row["sha256"] == file.sha256);
  if (right) return "";
  return fmt::format(
      "another file: {} bytes, sha256 {}; the list says {}",
      row["bytes"].dump(),
      row["sha256"].get<std::string>(),
      file.sha256.empty() ? std::to_string(*file.bytes) : file.sha256);
}

struct Answer {
  CURLcode code = CURLE_OK; // FILESIZE_EXCEEDED: the file has another length
  long status = 0;          // of HTTP
  std::string message;      // of libcurl
};

/// GETs into `fd` what follows the first `begin` of the file's `bytes`.
Answer get(
    const std::string& url,
    std::optional<int64_t> bytes,
    int64_t begin,
    int fd,
    const FetchOptions& options,
    Progress& progress) {
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(
      curl_easy_init(), curl_easy_cleanup);
  const std::unique_ptr<CURLM, decltype(&curl_multi_cleanup)> multi(
      curl_multi_init(), curl_multi_cleanup);
  char message[CURL_ERROR_SIZE] = "";
  bool ok = multi != nullptr && curl != nullptr;
  const auto set = [&](CURLoption option, auto value) {
    ok = ok && curl_easy_setopt(curl.get(), option, value) == CURLE_OK;
  };
  set(CURLOPT_URL, url.c_str());
  set(CURLOPT_PROTOCOLS_STR,
      url.starts_with("https:") ? "https" : "http,https");
  set(CURLOPT_FOLLOWLOCATION, 1L);
  set(CURLOPT_MAXREDIRS, 10L);
  set(CURLOPT_USERAGENT, "nanobrain");
  set(CURLOPT_FAILONERROR, 1L);
  set(CURLOPT_ERRORBUFFER, message);
  set(CURLOPT_CONNECTTIMEOUT, 20L);
  set(CURLOPT_LOW_SPEED_LIMIT, 1000L);
  set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(options.stall_timeout_s));
  // The variables of OpenSSL and of the curl program.
  for (const char* name : {"SSL_CERT_FILE", "CURL_CA_BUNDLE"}) {
    if (const char* bundle = getenv(name)) set(CURLOPT_CAINFO, bundle);
  }
  set(CURLOPT_RESUME_FROM_LARGE, curl_off_t{begin});
  set(CURLOPT_WRITEDATA, &fd);
  set(
      CURLOPT_WRITEFUNCTION, +[](char* data, size_t, size_t size, void* to) {
        return static_cast<size_t>(write(*static_cast<int*>(to), data, size));
      });
  require(ok, "libcurl", "does not start; install 7.85 or newer");

  Answer answer;
  curl_multi_add_handle(multi.get(), curl.get());
  bool wrong = false;
  for (int running = begin != bytes; running > 0 && !wrong && !interrupted();) {
    curl_multi_poll(multi.get(), nullptr, 0, 100, nullptr);
    curl_multi_perform(multi.get(), &running);
    curl_off_t came = 0;
    curl_off_t length = -1; // announced
    curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &answer.status);
    curl_easy_getinfo(curl.get(), CURLINFO_SIZE_DOWNLOAD_T, &came);
    curl_easy_getinfo(curl.get(), CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
    if (answer.status != (begin > 0 ? 206 : 200)) continue;
    progress.update(begin + came);
    const int64_t rest = bytes.value_or(INT64_MAX) - begin;
    wrong = came > rest || (bytes && length >= 0 && length != rest);
  }
  int left = 0;
  const CURLMsg* end = curl_multi_info_read(multi.get(), &left);
  if (end != nullptr) answer.code = end->data.result;
  if (wrong) answer.code = CURLE_FILESIZE_EXCEEDED;
  curl_multi_remove_handle(multi.get(), curl.get());
  answer.message = without_controls(
      *message != 0 ? message : curl_easy_strerror(answer.code));
  return answer;
}

/// Brings one file; its row of the result.
Json bring(
    const RemoteFile& file,
    const std::string& url,
    const FetchOptions& options) {
  check_interrupted();
  const fs::path path = options.output / file.name;
  if (fs::exists(path)) {
    require(fs::is_regular_file(path), path.string(), "is no file; move it");
    Json row = row_of(file, path, "present");
    const std::string fault = fault_of(row, file);
    if (fault.empty()) return row;
    require(
        options.force,
        path.string(),
        "is {}; move it away, or pass --force to replace it",
        fault);
  }
  make_folder(path.parent_path());
  const fs::path part = path.string() + ".part";
  // A checksum shows whether the pieces belong together; nothing else does.
  bool keep = !file.sha256.empty(); // what is in the .part
  bool resumed = true;              // with what an earlier process left
  int wrong = 0;                    // times that all came, of another file
  int64_t most = 0;                 // bytes that the .part has had
  for (int failures = 0;;) {        // attempts in a row that bring nothing
    const int flags = O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_NONBLOCK;
    const Descriptor output(part, keep ? flags : flags | O_TRUNC);
    if (!output.is_open()) fail_errno(part, "opened");
    const auto begin = static_cast<int64_t>(fs::file_size(part));
    resumed = resumed && begin > 0;
    most = std::max(most, begin);
    Progress progress(file.name, file.bytes.value_or(0), begin);
    auto [code, status, reason] =
        get(url, file.bytes, begin, output.get(), options, progress);
    check_interrupted();
    require(
        code != CURLE_WRITE_ERROR,
        part.string(),
        "cannot be written; free some space and run it again");
    const auto size = static_cast<int64_t>(fs::file_size(part));
    const bool false_length = code == CURLE_FILESIZE_EXCEEDED;
    bool last = status / 100 == 4 && status != 408 && status != 429;
    keep = !file.sha256.empty() && !false_length && code != CURLE_RANGE_ERROR;
    // 416: nothing follows the .part.
    if (status == 416 || (code == CURLE_OK && size >= file.bytes.value_or(0))) {
      Json row = row_of(file, part, resumed ? "resumed" : "fetched");
      const std::string fault = fault_of(row, file);
      if (fault.empty()) {
        if (fsync(output.get()) != 0) fail_errno(part, "synced to disk");
        fs::rename(part, path);
        return row;
      }
      reason = "it is " + fault;
      keep = false;
      last = ++wrong == 2;
    } else if (code == CURLE_OK || false_length) {
      reason = fmt::format(
          "its length is not {}, as the list says", file.bytes.value_or(0));
      last = false_length && begin == 0; // else it may be right as a whole
    }
    failures = keep && size > most ? 1 : failures + 1;
    if (last || failures == 4) {
      if (!keep || size == 0) fs::remove(part);
      fail(
          shown_url(url, file.name),
          "cannot be fetched: {}; {}, or bring the file by hand to {}",
          reason,
          last ? "check the list and --base-url"
               : "run it again; behind a proxy set https_proxy, CURL_CA_BUNDLE",
          path.string());
    }
    progress.log(fmt::format("{}: {}; trying again", file.name, reason));
    // A signal ends it early.
    poll(nullptr, 0, static_cast<int>(1000 * options.pause_s * failures));
  }
}

} // namespace

FileList known_file_list(
    const std::string& name,
    std::optional<int64_t> shards,
    const std::string& base_url) {
  check_fields({{"fetch", name, "", {one_of({"fineweb-edu", "gpt2"})}}});
  const bool in_shards = name == "fineweb-edu";
  const Json json = parse_json(in_shards ? kFineWebEduFiles : kGpt2Files, name);
  FileList list = checked_list(json, name, base_url);
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

Json fetch(const FileList& list, const FetchOptions& options) {
  const Descriptor lock = lock_folder(options.output);
  Json rows = Json::array();
  int64_t bytes = 0;
  for (const RemoteFile& file : list.files) {
    rows.push_back(bring(file, list.base_url + "/" + file.path, options));
    bytes += rows.back()["bytes"].get<int64_t>();
  }
  return {
      {"output", options.output.string()},
      {"files", rows.size()},
      {"bytes", bytes},
      {"rows", rows}};
}

Table fetch_table(const Json& result) {
  Table table{
      .columns = {
          word_column("name", "file"),
          {.key = "bytes", .title = "size", .format = kBytes},
          {.key = "sha256"},
          word_column("status", "status"),
          word_column("checksum", "checksum")}};
  for (const Json& row : result["rows"]) {
    table.rows.emplace_back(row.begin(), row.end()); // as the columns
  }
  table.notes = {fmt::format(
      "{} files, {}: {}",
      result["files"].dump(),
      format_bytes(result["bytes"]),
      result["output"].get<std::string>())};
  return table;
}

} // namespace nanobrain
