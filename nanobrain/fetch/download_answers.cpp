// What a server's answers mean for a download.
#include <utility>

#include "nanobrain/base/error.h"
#include "nanobrain/fetch/file_download.h"

namespace nanobrain {

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
  resumed_ = false;
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

} // namespace nanobrain
