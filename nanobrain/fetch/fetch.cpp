#include "nanobrain/fetch/fetch.h"

#include <curl/curl.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <limits>
#include <memory>
#include <thread>

#include "nanobrain/base/checksum.h"
#include "nanobrain/base/descriptor.h"
#include "nanobrain/base/error.h"
#include "nanobrain/base/interrupt.h"
#include "nanobrain/base/progress.h"

namespace nanobrain {

namespace {

namespace fs = std::filesystem;

constexpr int kAttempts = 5;            // in a row without much progress
constexpr int kUnreachableAttempts = 3; // no connection at all
constexpr int64_t kMuchProgress = 1 << 20;
constexpr double kLongestPause = 60;
constexpr int64_t kLongestAskedPause = 600; // by Retry-After

void stop_if_interrupted() {
  require<Interrupted>(
      !interrupted(),
      "fetch",
      "stopped by a signal; what came is kept: run it again to resume");
}

void wait_for(double seconds) {
  for (; seconds > 0; seconds -= 0.1) {
    stop_if_interrupted();
    std::this_thread::sleep_for(
        std::chrono::duration<double>(std::min(0.1, seconds)));
  }
}

void make_folder(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  errno = error.value();
  if (error) fail_errno(folder, "made");
}

/// Syncs the folder or the file that `fd` is. Some file systems cannot sync a
/// folder and say so with EINVAL.
void sync(const Descriptor& fd, const fs::path& path) {
  if (!fd.is_open() || (fsync(fd.get()) != 0 && errno != EINVAL)) {
    fail_errno(path, "synced to disk");
  }
}

/// NAME.part, which is removed where it is empty at the end.
class PartFile {
 public:
  explicit PartFile(const fs::path& final_path)
      : final_path_(final_path),
        path_(final_path.string() + ".part"),
        fd_(path_, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK) {
    struct stat there {};
    require(
        fd_.is_open() ? fstat(fd_.get(), &there) == 0 && S_ISREG(there.st_mode)
                      : errno != ELOOP,
        path_.string(),
        "is there already and not a file; remove it");
    if (!fd_.is_open()) fail_errno(path_, "created");
    size_ = lseek(fd_.get(), 0, SEEK_END);
  }
  ~PartFile() {
    if (size_ == 0) unlink(path_.c_str()); // gone after commit()
  }

  int64_t size() const { return size_; }
  std::string sha256() const { return sha256_of_file(path_); }

  void empty() {
    if (ftruncate(fd_.get(), 0) != 0 || lseek(fd_.get(), 0, SEEK_SET) != 0) {
      fail_errno(path_, "emptied");
    }
    size_ = 0;
  }
  void append(std::string_view bytes) {
    write_all(fd_.get(), bytes.data(), bytes.size(), path_);
    size_ += std::ssize(bytes);
  }
  void commit() {
    sync(fd_, path_);
    if (rename(path_.c_str(), final_path_.c_str()) != 0) {
      fail_errno(final_path_, "put in place");
    }
    sync(Descriptor(final_path_.parent_path(), O_RDONLY), final_path_);
  }

 private:
  fs::path final_path_;
  fs::path path_;
  Descriptor fd_;
  int64_t size_ = 0;
};

/// The variables that the curl program and OpenSSL know; libcurl leaves them
/// to its callers.
const char* certificate_bundle() {
  const char* path = std::getenv("CURL_CA_BUNDLE");
  return path != nullptr ? path : std::getenv("SSL_CERT_FILE");
}

/// Another attempt would end the same.
bool is_final(CURLcode code) {
  return code == CURLE_UNSUPPORTED_PROTOCOL || code == CURLE_URL_MALFORMAT ||
         code == CURLE_TOO_MANY_REDIRECTS || code == CURLE_SSL_CERTPROBLEM ||
         code == CURLE_PEER_FAILED_VERIFICATION ||
         code == CURLE_SSL_CACERT_BADFILE || code == CURLE_OUT_OF_MEMORY;
}

/// One file of a list on its way to `path`.
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
        options_(options) {}

  FetchedFile run() {
    stop_if_interrupted();
    if (auto sha256 = present()) return row(*sha256, "present");
    make_folder(path_.parent_path());
    PartFile part(path_);
    part_ = &part;
    if (!may_resume()) part.empty();
    resumed_ = part.size() > 0;
    for (bool again = false;; again = true) {
      receive();
      const std::string sha256 = part.sha256();
      if (file_.sha256.empty() || sha256 == file_.sha256) {
        part.commit();
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
  FetchedFile row(const std::string& sha256, const char* status) const {
    const auto bytes = static_cast<int64_t>(fs::file_size(path_));
    return {file_.name, bytes, sha256, status, !file_.sha256.empty()};
  }

  /// A checksum shows whether the pieces belong together; nothing else does.
  bool may_resume() const {
    return !file_.sha256.empty() &&
           part_->size() <= file_.bytes.value_or(kMost);
  }

  void discard() {
    part_->empty();
    resumed_ = false;
  }

  /// The sha256 of the file that has the final name; an Error where it is
  /// another one.
  std::optional<std::string> present() const {
    std::error_code ignored;
    const fs::file_status status = fs::status(path_, ignored);
    if (!fs::exists(status)) return {};
    require(
        fs::is_regular_file(status),
        path_.string(),
        "is there already and not a file; name another folder");
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
    Progress progress(file_.name, file_.bytes.value_or(0), part_->size());
    progress_ = &progress;
    int64_t mark = part_->size();
    for (int failures = 0; part_->size() != file_.bytes;) {
      if (!may_resume()) part_->empty();
      asked_pause_ = 0;
      if (attempt()) return;
      if (part_->size() >= mark + kMuchProgress) failures = 0;
      mark = std::max(mark, part_->size());
      ++failures;
      require(
          failures < (unreachable_ ? kUnreachableAttempts : kAttempts),
          shown_,
          "{} ({} attempts); {}",
          reason_,
          failures,
          unreachable_
              ? "behind a proxy set https_proxy; or name a mirror with "
                "--base-url; or bring the file by hand to " +
                    path_.string()
              : "what came is kept: run it again to resume");
      const double pause = std::min(
          kLongestPause, options_.first_pause_s * (1 << (failures - 1)));
      progress.log(fmt::format("{}: {}; trying again", file_.name, reason_));
      wait_for(std::max(pause, static_cast<double>(asked_pause_)));
    }
  }

  int64_t info(CURLINFO which) const {
    curl_off_t value = 0;
    curl_easy_getinfo(curl_, which, &value);
    return value;
  }
  long status() const {
    long status = 0;
    curl_easy_getinfo(curl_, CURLINFO_RESPONSE_CODE, &status);
    return status;
  }

  /// One GET, from where the .part ends. True: the .part is as long as the
  /// file. False: `reason_` says why another attempt may help.
  bool attempt() {
    const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> handle(
        curl_easy_init(), curl_easy_cleanup);
    curl_ = handle.get();
    offset_ = part_->size();
    expected_.reset();
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
    if (const char* path = certificate_bundle()) set(CURLOPT_CAINFO, path);
    set(CURLOPT_WRITEFUNCTION, take_body);
    set(CURLOPT_WRITEDATA, this);
    set(CURLOPT_XFERINFOFUNCTION, take_progress);
    set(CURLOPT_NOPROGRESS, 0L);
    require(ok, "libcurl", "does not start; install 7.85 or newer");
    const CURLcode code = curl_easy_perform(curl_);
    if (error_) std::rethrow_exception(error_);
    stop_if_interrupted();
    unreachable_ = code != CURLE_OK && info(CURLINFO_CONNECT_TIME_T) == 0;
    reason_ =
        without_controls(*message != 0 ? message : curl_easy_strerror(code));
    if (code == CURLE_UNSUPPORTED_PROTOCOL && secure) {
      reason_ = "it is redirected away from https";
    }
    require(
        !is_final(code),
        shown_,
        "{}; check the URL, and name the certificates of a proxy of your own "
        "in CURL_CA_BUNDLE",
        reason_);
    return judge(code);
  }

  bool judge(CURLcode code) {
    if (offset_ > 0 && (code == CURLE_RANGE_ERROR || status() == 416)) {
      // Whole already, or the server cannot resume it.
      if (!file_.bytes && part_->sha256() == file_.sha256) return true;
      discard();
      reason_ = "the server does not resume";
    } else if (code == CURLE_HTTP_RETURNED_ERROR) {
      refuse_or_wait();
    } else if (code != CURLE_OK) {
      reason_ = fmt::format(
          "{}: {}",
          unreachable_ ? "cannot be reached" : "the connection broke",
          reason_);
    } else {
      if (!expected_) begin(); // an empty body
      reason_ = fmt::format(
          "the answer ended after {} of {} bytes", part_->size(), *expected_);
      return part_->size() == *expected_;
    }
    return false;
  }

  /// The server answers with an error: an Error where it would again.
  void refuse_or_wait() {
    const long code = status();
    if (code != 408 && code != 425 && code != 429 && code < 500) refuse(code);
    reason_ = fmt::format("the server answers {}", code);
    asked_pause_ = info(CURLINFO_RETRY_AFTER);
    require(
        asked_pause_ <= kLongestAskedPause,
        shown_,
        "{} and asks to wait {} s; run it again later",
        reason_,
        asked_pause_);
  }

  [[noreturn]] void refuse(long code) const {
    fail(
        shown_,
        "{} ({}); check the list and --base-url, or fetch it by hand to {}",
        code == 404 || code == 410                  ? "is not there"
        : code == 401 || code == 403 || code == 407 ? "may not be read"
                                                    : "is answered by no file",
        code,
        path_.string());
  }

  /// Before the first byte: what the answer announces must be the file.
  void begin() {
    const long code = status();
    if (code != (offset_ > 0 ? 206 : 200)) refuse(code);
    const int64_t length = info(CURLINFO_CONTENT_LENGTH_DOWNLOAD_T);
    require(
        length >= 0 ? length <= kMost - offset_ : file_.bytes.has_value(),
        shown_,
        "announces no length that can be; give bytes in the list");
    expected_ = length >= 0 ? offset_ + length : *file_.bytes;
    require(
        *expected_ == file_.bytes.value_or(*expected_),
        shown_,
        "the server announces {} bytes, the list {}; check the list, or name a "
        "mirror with --base-url",
        *expected_,
        file_.bytes.value_or(0));
  }

  void take(std::string_view bytes) {
    if (!expected_) begin();
    if (std::ssize(bytes) > *expected_ - part_->size()) {
      part_->empty();
      fail(
          shown_,
          "the server sends more than the {} bytes of the file; check the "
          "list, or name a mirror with --base-url",
          *expected_);
    }
    part_->append(bytes);
    progress_->update(part_->size());
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

  static constexpr int64_t kMost = std::numeric_limits<int64_t>::max();

  const RemoteFile& file_;
  const std::string url_;
  const std::string shown_; // without credentials
  const fs::path path_;
  const FetchOptions& options_;
  PartFile* part_ = nullptr;
  Progress* progress_ = nullptr;
  bool resumed_ = false; // with what an earlier process left
  // Of the attempt:
  CURL* curl_ = nullptr;
  int64_t offset_ = 0;              // where it began
  std::optional<int64_t> expected_; // bytes of the whole file
  std::exception_ptr error_;        // of a callback
  std::string reason_;
  bool unreachable_ = false;
  int64_t asked_pause_ = 0;
};

} // namespace

int64_t FetchReport::bytes() const {
  int64_t sum = 0;
  for (const FetchedFile& row : rows) sum += row.bytes;
  return sum;
}

Json FetchReport::to_json() const {
  Json files = Json::array();
  for (const FetchedFile& row : rows) {
    files.push_back(
        {{"name", row.name},
         {"bytes", row.bytes},
         {"sha256", row.sha256},
         {"status", row.status},
         {"checksum", row.published ? "published" : "none"}});
  }
  return {
      {"output", output.string()},
      {"files", rows.size()},
      {"bytes", bytes()},
      {"rows", files}};
}

std::string FetchReport::to_text() const {
  std::string text;
  for (const FetchedFile& row : rows) {
    text += fmt::format(
        "{:<24} {:>10}  {:<8} {}\n",
        row.name,
        format_bytes(static_cast<double>(row.bytes)),
        row.status,
        row.published ? "sha256 as published"
                      : "no published checksum: its length alone was checked");
  }
  return text + fmt::format(
                    "{} files, {}: {}\n",
                    rows.size(),
                    format_bytes(static_cast<double>(bytes())),
                    output.string());
}

FetchReport fetch(const FileList& list, const FetchOptions& options) {
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
  FetchReport report{options.output, {}};
  for (const RemoteFile& file : list.files) {
    report.rows.push_back(Download(file, list.url(file), options).run());
  }
  return report;
}

} // namespace nanobrain
