#include "nanobrain/fetch/fetch.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <exception>
#include <memory>

#include "nanobrain/base/checksum.h"
#include "nanobrain/base/descriptor.h"
#include "nanobrain/base/error.h"
#include "nanobrain/base/interrupt.h"
#include "nanobrain/base/progress.h"

namespace nanobrain {

namespace {

constexpr int kAttempts = 4; // in a row without much progress
constexpr int64_t kMuchProgress = 1 << 20;

void stop_if_interrupted() {
  require<Interrupted>(
      !interrupted(),
      "fetch",
      "stopped by a signal; what came is kept: run it again to resume");
}

void require_done(
    const std::error_code& error,
    const fs::path& path,
    std::string_view action) {
  errno = error.value();
  if (error) fail_errno(path, action);
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  require_done(error, folder, "made");
}

void require_file(const fs::file_status& status, const fs::path& path) {
  require(
      !fs::exists(status) || fs::is_regular_file(status),
      path.string(),
      "is there already and not a file; remove it or name another folder");
}

/// One file of a list on its way to `path_`.
class Download {
 public:
  Download(
      const RemoteFile& file,
      const std::string& url,
      const FetchOptions& options)
      : file_(file),
        url_(url),
        shown_(shown_url(url)),
        path_(options.output / file.name),
        part_path_(path_.string() + ".part"),
        options_(options) {}
  Download(const Download&) = delete;
  Download& operator=(const Download&) = delete;
  ~Download() {
    std::error_code ignored;
    if (part_ && size_ == 0) fs::remove(part_path_, ignored);
  }

  /// Its row of the result.
  Json run() {
    stop_if_interrupted();
    if (const auto sha256 = present()) return row(*sha256, "present");
    make_folder(path_.parent_path());
    require_file(fs::symlink_status(part_path_), part_path_);
    part_.emplace(part_path_);
    size_ = static_cast<int64_t>(fs::file_size(part_path_));
    if (!may_resume()) discard();
    resumed_ = size_ > 0;
    for (bool again = false;; again = true) {
      receive();
      const std::string sha256 = sha256_of_file(part_path_);
      if (file_.sha256.empty() || sha256 == file_.sha256) {
        part_->sync();
        std::error_code error;
        fs::rename(part_path_, path_, error);
        require_done(error, path_, "put in place");
        return row(sha256, resumed_ ? "resumed" : "fetched");
      }
      discard();
      require(
          !again,
          shown_,
          "the bytes that came are not the file: their sha256 is {}, that of "
          "the file {} (twice); name a mirror with --base-url",
          sha256,
          file_.sha256);
    }
  }

 private:
  Json row(const std::string& sha256, const char* status) const {
    return {
        {"name", file_.name},
        {"bytes", fs::file_size(path_)},
        {"sha256", sha256},
        {"status", status},
        {"checksum", file_.sha256.empty() ? "none" : "published"}};
  }

  /// A checksum shows whether the pieces belong together; nothing else does.
  bool may_resume() const {
    return !file_.sha256.empty() && size_ <= file_.bytes.value_or(size_);
  }

  void discard() {
    std::error_code error;
    fs::resize_file(part_path_, 0, error);
    require_done(error, part_path_, "emptied");
    size_ = 0;
    resumed_ = false;
  }

  /// The sha256 of the file that has the final name; an Error if it is
  /// another one.
  std::optional<std::string> present() const {
    std::error_code ignored;
    const fs::file_status status = fs::status(path_, ignored);
    if (!fs::exists(status)) return {};
    require_file(status, path_);
    const auto bytes = static_cast<int64_t>(fs::file_size(path_));
    const bool right_length = bytes == file_.bytes.value_or(bytes);
    const std::string sha256 = right_length ? sha256_of_file(path_) : "";
    if (right_length && (file_.sha256.empty() || sha256 == file_.sha256)) {
      return sha256;
    }
    require(
        options_.force,
        path_.string(),
        "is there already and another file ({} bytes{}); move it away, or pass "
        "--force to replace it",
        bytes,
        right_length ? ", sha256 " + sha256 : "");
    return {};
  }

  /// Makes the .part as long as the file, in several attempts if need be.
  void receive() {
    Progress progress(file_.name, file_.bytes.value_or(0), size_);
    progress_ = &progress;
    int64_t mark = size_;
    double pause_s = options_.first_pause_s;
    for (int failures = 0; size_ != file_.bytes && !attempt();) {
      failures = size_ >= mark + kMuchProgress ? 1 : failures + 1;
      mark = std::max(mark, size_);
      if (!may_resume()) discard();
      require(
          failures < kAttempts,
          shown_,
          "{} ({} attempts); run it again to resume; behind a proxy set "
          "https_proxy and, for its certificates, CURL_CA_BUNDLE; or name a "
          "mirror with --base-url; or bring the file by hand to {}",
          reason_,
          failures,
          path_.string());
      progress.log(fmt::format("{}: {}; trying again", file_.name, reason_));
      // A signal ends it early.
      poll(nullptr, 0, static_cast<int>(1000 * pause_s));
      pause_s *= 2;
      stop_if_interrupted();
    }
  }

  /// One GET, from where the .part ends. True: the .part is as long as the
  /// file. False: `reason_` says why another attempt may help.
  bool attempt() {
    const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> handle(
        curl_easy_init(), curl_easy_cleanup);
    curl_ = handle.get();
    offset_ = size_;
    char message[CURL_ERROR_SIZE] = "";
    const bool secure = url_.starts_with("https:");
    bool ok = curl_ != nullptr;
    const auto set = [&](CURLoption option, auto value) {
      ok = ok && curl_easy_setopt(curl_, option, value) == CURLE_OK;
    };
    set(CURLOPT_ERRORBUFFER, message);
    set(CURLOPT_URL, url_.c_str());
    set(CURLOPT_RESUME_FROM_LARGE, static_cast<curl_off_t>(offset_));
    set(CURLOPT_FAILONERROR, 1L);
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_USERAGENT, "nanobrain");
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_REDIR_PROTOCOLS_STR, secure ? "https" : "http,https");
    set(CURLOPT_FOLLOWLOCATION, 1L);
    set(CURLOPT_MAXREDIRS, 10L);
    set(CURLOPT_CONNECTTIMEOUT, 20L);
    set(CURLOPT_LOW_SPEED_LIMIT, 1000L);
    set(CURLOPT_LOW_SPEED_TIME, static_cast<long>(options_.stall_timeout_s));
    // The variables of OpenSSL and of the curl program.
    for (const char* name : {"SSL_CERT_FILE", "CURL_CA_BUNDLE"}) {
      if (const char* bundle = getenv(name)) set(CURLOPT_CAINFO, bundle);
    }
    set(CURLOPT_WRITEFUNCTION, take_body);
    set(CURLOPT_WRITEDATA, this);
    set(CURLOPT_XFERINFOFUNCTION, take_progress);
    set(CURLOPT_NOPROGRESS, 0L);
    require(ok, "libcurl", "does not start; install 7.85 or newer");
    const CURLcode code = curl_easy_perform(curl_);
    if (error_) std::rethrow_exception(error_);
    stop_if_interrupted();
    reason_ = fmt::format(
        "cannot be fetched: {}",
        code == CURLE_UNSUPPORTED_PROTOCOL && secure
            ? "it is redirected away from https"
            : without_controls(
                  *message != 0 ? message : curl_easy_strerror(code)));
    return judge(code);
  }

  bool judge(CURLcode code) {
    long answer = 0;
    curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &answer);
    if (code == CURLE_OK) {
      reason_ = fmt::format(
          "the answer ended after {} of {} bytes",
          size_,
          file_.bytes.value_or(size_));
      return size_ == file_.bytes.value_or(size_);
    }
    if (offset_ > 0 && (code == CURLE_RANGE_ERROR || answer == 416)) {
      // Whole already, or the server cannot resume it.
      if (sha256_of_file(part_path_) == file_.sha256) return true;
      discard();
      reason_ = "the server does not resume";
    } else if (code == CURLE_HTTP_RETURNED_ERROR) {
      require(
          answer >= 500 || answer == 408 || answer == 429,
          shown_,
          "{} ({}); check the list and --base-url, or fetch it by hand to {}",
          answer == 404 ? "is not there" : "may not be read",
          answer,
          path_.string());
      reason_ = fmt::format("the server answers {}", answer);
    }
    return false;
  }

  void take(std::string_view bytes) {
    curl_off_t announced = -1;
    curl_easy_getinfo(curl_, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
    const int64_t most = file_.bytes.value_or(INT64_MAX);
    if (std::ssize(bytes) > most - size_ ||
        (file_.bytes && announced >= 0 && announced != most - offset_)) {
      discard();
      fail(
          shown_,
          "the server's file is not of {} bytes, as the list says; check the "
          "list, or name a mirror with --base-url",
          most);
    }
    part_->append(bytes);
    size_ += std::ssize(bytes);
    progress_->update(size_);
  }

  /// No exception may pass through libcurl's C frames.
  static size_t take_body(char* data, size_t, size_t size, void* user) {
    auto& self = *static_cast<Download*>(user);
    try {
      self.take({data, size});
      return size;
    } catch (...) {
      self.error_ = std::current_exception();
      return size + 1; // libcurl stops
    }
  }
  static int take_progress(
      void*, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    return interrupted() ? 1 : 0;
  }

  const RemoteFile& file_;
  const std::string url_;
  const std::string shown_; // without credentials
  const fs::path path_;
  const fs::path part_path_;
  const FetchOptions& options_;
  std::optional<AppendFile> part_;
  int64_t size_ = 0;     // of the .part
  bool resumed_ = false; // with what an earlier process left
  Progress* progress_ = nullptr;
  // Of the attempt:
  CURL* curl_ = nullptr;
  int64_t offset_ = 0;       // where it began
  std::exception_ptr error_; // of a callback
  std::string reason_;
};

} // namespace

Json fetch(const FileList& list, const FetchOptions& options) {
  static const CURLcode started = curl_global_init(CURL_GLOBAL_DEFAULT);
  require(started == CURLE_OK, "libcurl", "does not start; install it again");
  make_folder(options.output);
  const Descriptor folder(options.output, O_RDONLY | O_DIRECTORY);
  if (!folder.is_open()) fail_errno(options.output, "opened");
  // File systems without locks say so with another error: continue without.
  require(
      flock(folder.get(), LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK,
      options.output.string(),
      "another process fetches into it; wait for it or stop it");
  Json rows = Json::array();
  int64_t bytes = 0;
  for (const RemoteFile& file : list.files) {
    rows.push_back(Download(file, list.url(file), options).run());
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
          word_column("checksum", "checked by")}};
  for (const Json& row : result["rows"]) {
    const bool published = row["checksum"] == "published";
    table.rows.push_back(
        {row["name"],
         row["bytes"],
         row["sha256"],
         row["status"],
         {row["checksum"],
          published ? "sha256 as published"
                    : "its length: no published checksum"}});
  }
  table.notes = {fmt::format(
      "{} files, {}: {}",
      result["files"].dump(),
      format_bytes(result["bytes"]),
      result["output"].get<std::string>())};
  return table;
}

} // namespace nanobrain
