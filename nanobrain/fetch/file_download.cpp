// The course of a download: attempts, pauses, and the check at the end.
#include "nanobrain/fetch/file_download.h"

#include <array>
#include <ctime>
#include <numeric>
#include <random>
#include <utility>

#include "nanobrain/base/checksum.h"
#include "nanobrain/base/error.h"

namespace nanobrain {

namespace fs = std::filesystem;

FileDownload::FileDownload(
    const RemoteFile& file,
    std::string url,
    fs::path path,
    const DownloadOptions& options,
    const DownloadObserver& observer)
    : file_(file),
      url_(std::move(url)),
      path_(std::move(path)),
      options_(options),
      observer_(observer),
      client_(options.http),
      random_(std::random_device()()) {}

FetchedFile FileDownload::run() {
  if (const auto found = present()) return *found;
  PartialFile part(path_);
  // Another process may have held it until now.
  if (const auto found = present()) return *found;
  discard_unless_safe(part);
  resumed_ = part.size() > 0;
  for (bool anew = false;; anew = true) {
    receive(part);
    const std::string sha256 = part.sha256();
    if (wanted_sha256().empty() || sha256 == wanted_sha256()) {
      part.commit();
      return row(part.size(), sha256, resumed_ ? "resumed" : "fetched");
    }
    discard(part);
    const std::string reason = fmt::format(
        "the bytes that came are not the file: their sha256 is {}, that of "
        "the file {}",
        sha256,
        wanted_sha256());
    require(!anew, url_, "{} (twice); name a mirror with --base-url", reason);
    observer_.log(fmt::format("{}: {}; once more", file_.name, reason));
  }
}

/// The file that has the final name; an Error where it is another one.
std::optional<FetchedFile> FileDownload::present() const {
  std::error_code ignored;
  const fs::file_status status = fs::status(path_, ignored);
  if (!fs::exists(status)) return {};
  require(
      fs::is_regular_file(status),
      path_.string(),
      "is there already and not a file; name another folder");
  const auto bytes = static_cast<int64_t>(fs::file_size(path_));
  const bool right_length = !file_.bytes || bytes == *file_.bytes;
  const std::string sha256 = right_length ? sha256_of_file(path_) : "";
  if (right_length && (file_.sha256.empty() || sha256 == file_.sha256)) {
    observer_.position(bytes);
    return row(bytes, sha256, "present");
  }
  require(
      options_.force,
      path_.string(),
      "is there already and another file ({}); move it away, or pass --force "
      "to replace it",
      right_length
          ? fmt::format("sha256 {}, not {}", sha256, file_.sha256)
          : fmt::format("{} bytes, not {}", bytes, file_.bytes.value_or(0)));
  return {};
}

FetchedFile FileDownload::row(
    int64_t bytes, const std::string& sha256, const char* status) const {
  const char* checksum = !file_.sha256.empty()     ? "published"
                         : !stated_sha256_.empty() ? "server"
                                                   : "none";
  return {file_.name, bytes, sha256, status, checksum};
}

/// Makes the partial file as long as the whole, in as many attempts as it
/// takes and the policy allows.
void FileDownload::receive(PartialFile& part) {
  int64_t most = part.size();
  std::array<int64_t, kKinds> failures{};
  whole_ = false;
  observer_.position(part.size());
  while (!whole_ && part.size() != wanted_bytes()) {
    const MaybeFailure failure = attempt(part);
    if (!failure) return;
    if (part.size() > most) {
      most = part.size();
      failures = {};
    }
    const int64_t count = ++failures[failure->kind];
    require(
        count < attempts(failure->kind),
        url_,
        "{} ({} attempts); {}",
        failure->reason,
        count,
        failure->advice);
    pause(
        *failure,
        std::accumulate(failures.begin(), failures.end(), int64_t{0}));
  }
}

FileDownload::MaybeFailure FileDownload::attempt(PartialFile& part) {
  discard_unless_safe(part);
  MaybeFailure failure;
  const BodyHandler handler{
      [&](const HttpResponse& response) {
        failure = accept(response, part);
        return !failure && !whole_;
      },
      [&](std::string_view bytes) {
        const auto size = part.size() + static_cast<int64_t>(bytes.size());
        if (wanted_bytes() && size > *wanted_bytes()) {
          discard(part);
          failure = wrong(fmt::format(
              "the server sends more than the {} bytes of the file",
              *wanted_bytes()));
          return false;
        }
        part.append(bytes);
        observer_.position(size);
        return true;
      },
      observer_.go_on};
  const PartialOrigin& origin = part.origin();
  const HttpResult result = client_.get(
      {url_, part.size(), origin.url == url_ ? origin.etag : ""}, handler);
  if (failure || whole_) return failure;
  if (!observer_.go_on()) throw DownloadStopped();
  if ((failure = fault(result))) return failure;
  if (wanted_bytes() && part.size() != *wanted_bytes()) {
    return broken(fmt::format(
        "the answer ended after {} of {} bytes", part.size(), *wanted_bytes()));
  }
  return {};
}

void FileDownload::discard(PartialFile& part) {
  part.restart({});
  resumed_ = false;
  observer_.position(0);
}

/// Goes on with a partial file only where a checksum will show whether the
/// pieces belong together, or the ETag does.
void FileDownload::discard_unless_safe(PartialFile& part) {
  const PartialOrigin& origin = part.origin();
  const bool same_place = origin.url == url_;
  if (same_place && stated_sha256_.empty()) stated_sha256_ = origin.sha256;
  const bool safe =
      !wanted_sha256().empty() || (same_place && !origin.etag.empty());
  const bool too_long = file_.bytes && part.size() > *file_.bytes;
  if (part.size() > 0 && (!safe || too_long)) discard(part);
}

void FileDownload::pause(const Failure& failure, int64_t failures) {
  const RetryPolicy& policy = options_.retry;
  const auto asked = parse_retry_after(failure.retry_after, std::time(nullptr));
  require(
      asked.value_or(0) <= policy.longest_wait_s,
      url_,
      "{} and asks to wait {:.0f} s; {}",
      failure.reason,
      asked.value_or(0),
      failure.advice);
  const double seconds = pause_after(policy, failures, asked, random_);
  observer_.log(fmt::format(
      "{}: {}; again in {:.0f} s", file_.name, failure.reason, seconds));
  wait_for(policy, seconds, observer_.go_on);
  if (!observer_.go_on()) throw DownloadStopped();
}

std::optional<int64_t> FileDownload::wanted_bytes() const {
  return file_.bytes ? file_.bytes : announced_bytes_;
}

const std::string& FileDownload::wanted_sha256() const {
  return file_.sha256.empty() ? stated_sha256_ : file_.sha256;
}

} // namespace nanobrain
