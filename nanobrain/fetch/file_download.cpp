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
  const char* status = part.size() > 0 ? "resumed" : "fetched";
  for (bool anew = false;; anew = true) {
    receive(part);
    const std::string sha256 = part.sha256();
    if (wanted_sha256().empty() || sha256 == wanted_sha256()) {
      part.commit();
      return row(part.size(), sha256, status);
    }
    discard(part);
    status = "fetched";
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
    pause(*failure, std::accumulate(failures.begin(), failures.end(), 0L));
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

FileDownload::MaybeFailure FileDownload::accept(
    const HttpResponse& response, PartialFile& part) {
  switch (response.status) {
    case 200:
      return accept_whole(response, part);
    case 206:
      return accept_range(response, part);
    case 416:
      return accept_no_range(response, part);
    default:
      return refused(response);
  }
}

/// 200: the whole file, also where a range was asked for: the server does not
/// know ranges, or the ETag has changed.
FileDownload::MaybeFailure FileDownload::accept_whole(
    const HttpResponse& response, PartialFile& part) {
  const std::string& encoding = response.content_encoding;
  if (!encoding.empty() && encoding != "identity") {
    return wrong(fmt::format("the server sends it encoded as {}", encoding));
  }
  const auto bytes =
      response.content_length ? response.content_length : response.linked_size;
  if (file_.bytes && bytes && bytes != file_.bytes) {
    return wrong(fmt::format(
        "the server announces {} bytes, the list {}", *bytes, *file_.bytes));
  }
  stated_sha256_.clear();
  learn(bytes, response.stated_sha256());
  if (part.size() > 0) {
    observer_.log(
        fmt::format("{}: the server sends it from the beginning", file_.name));
  }
  part.restart({url_, response.strong_etag(), stated_sha256_});
  observer_.position(0);
  return {};
}

/// 206: the rest of the file, if it is the rest and of this file.
FileDownload::MaybeFailure FileDownload::accept_range(
    const HttpResponse& response, PartialFile& part) {
  const auto& range = response.content_range;
  const bool begins_there =
      part.size() > 0 && range && range->first == part.size();
  const bool right_length = begins_there && (!file_.bytes || !range->total ||
                                             *range->total == *file_.bytes);
  const PartialOrigin& origin = part.origin();
  const std::string etag = response.strong_etag();
  const bool same_version =
      (etag == origin.etag && !etag.empty()) ||
      (!wanted_sha256().empty() &&
       (etag.empty() || origin.etag.empty() || origin.url != url_));
  const std::string stated = response.stated_sha256();
  const bool same_content =
      stated.empty() || stated_sha256_.empty() || stated == stated_sha256_;
  if (!right_length || !same_version || !same_content) {
    discard(part);
    return wrong("the server sends a range that does not fit");
  }
  learn(range->total, stated);
  return {};
}

/// 416: there is nothing after what is here.
FileDownload::MaybeFailure FileDownload::accept_no_range(
    const HttpResponse& response, PartialFile& part) {
  const auto total =
      response.content_range ? response.content_range->total : std::nullopt;
  // Without a total the checksum decides.
  whole_ = total ? *total == part.size() : !wanted_sha256().empty();
  if (whole_) return {};
  discard(part);
  return broken("the server refuses to go on where it stopped");
}

FileDownload::MaybeFailure FileDownload::refused(
    const HttpResponse& response) const {
  const int64_t status = response.status;
  if (status == 408 || status == 425 || status == 429 || status >= 500) {
    return broken(
        fmt::format("the server answers {}", status), response.retry_after);
  }
  require(
      status != 404 && status != 410,
      url_,
      "is not there ({}); check the list and --base-url",
      status);
  require(
      status != 401 && status != 403 && status != 407,
      url_,
      "may not be read ({}); name a mirror with --base-url, or fetch it by "
      "hand to {}",
      status,
      path_.string());
  fail(url_, "answers {} and no file; check the list and --base-url", status);
}

/// Notes what the server says of the file; an Error where it has another one,
/// or where nothing could tell a whole file from part of it.
void FileDownload::learn(
    std::optional<int64_t> bytes, const std::string& stated_sha256) {
  require(
      file_.sha256.empty() || stated_sha256.empty() ||
          stated_sha256 == file_.sha256,
      url_,
      "is another file now: the server states sha256 {}, the list {}; name a "
      "mirror with --base-url",
      stated_sha256,
      file_.sha256);
  announced_bytes_ = bytes;
  if (!stated_sha256.empty()) stated_sha256_ = stated_sha256;
  require(
      wanted_bytes() || !wanted_sha256().empty(),
      url_,
      "has neither a length nor a checksum, and could not be checked; give "
      "bytes or sha256 in the list");
}

FileDownload::MaybeFailure FileDownload::fault(const HttpResult& result) const {
  switch (result.fault) {
    case TransferFault::kNone:
      return {};
    case TransferFault::kBroken:
      return broken("the connection broke: " + result.reason);
    case TransferFault::kUnreachable:
      return Failure{
          kUnreachable,
          "cannot be reached: " + result.reason,
          fmt::format(
              "behind a proxy set https_proxy; or name a mirror with "
              "--base-url; or bring the file by hand to {}{}",
              path_.string(),
              file_.sha256.empty() ? "" : " (sha256 " + file_.sha256 + ")")};
    case TransferFault::kRefused:
      break;
  }
  fail(
      url_,
      "{}; check the URL, and name the certificates of a proxy of your own in "
      "CURL_CA_BUNDLE",
      result.reason);
}

FileDownload::Failure FileDownload::broken(
    std::string reason, std::string retry_after) const {
  return {
      kBroken,
      std::move(reason),
      "what came is kept: run it again to go on",
      std::move(retry_after)};
}

FileDownload::Failure FileDownload::wrong(std::string reason) const {
  return {
      kWrong,
      std::move(reason),
      "check the list, or name a mirror with --base-url"};
}

int64_t FileDownload::attempts(Kind kind) const {
  const RetryPolicy& policy = options_.retry;
  return kind == kWrong         ? policy.wrong_attempts
         : kind == kUnreachable ? policy.unreachable_attempts
                                : policy.attempts;
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
