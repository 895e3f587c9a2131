// One file: fetched, gone on with, or found there; checked in any case.
#pragma once

#include <cstdint>
#include <exception>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "nanobrain/base/random.h"
#include "nanobrain/fetch/file_list.h"
#include "nanobrain/fetch/http_client.h"
#include "nanobrain/fetch/partial_file.h"
#include "nanobrain/fetch/retry.h"

namespace nanobrain {

/// A file that is whole under its final name.
struct FetchedFile {
  std::string name;
  int64_t bytes = 0;
  std::string sha256;
  std::string status;   // "fetched", "resumed" or "present"
  std::string checksum; // who said what it must be: "published" (the list),
                        // "server", or "none": its length alone was compared
};

struct DownloadOptions {
  bool force = false; // replace a file that is there and is another one
  HttpOptions http;
  RetryPolicy retry;
};

/// What a download tells on its way, and asks.
struct DownloadObserver {
  std::function<void(int64_t bytes)> position; // bytes of the file so far
  std::function<void(std::string_view line)> log;
  std::function<bool()> go_on;
};

/// Thrown where go_on() says no; what has come is kept.
class DownloadStopped : public std::exception {};

/// The download of one file to `path`. No wrong file ever gets that name: not
/// by a broken connection, a false length, a range of another version or wrong
/// bytes. Where the list has no checksum, the SHA-256 that Hugging Face states
/// is taken; where there is none either, the length alone is compared, and a
/// partial file is gone on with only under the same ETag.
class FileDownload {
 public:
  /// All references must outlive the download.
  FileDownload(
      const RemoteFile& file,
      std::string url,
      std::filesystem::path path,
      const DownloadOptions& options,
      const DownloadObserver& observer);

  /// Error that names the URL or the path where the file cannot be had.
  FetchedFile run();

 private:
  /// Why an attempt was for nothing. Each kind is counted by itself.
  enum Kind { kBroken, kUnreachable, kWrong, kKinds };
  struct Failure {
    Kind kind;
    std::string reason;
    std::string advice;
    std::string retry_after = {};
  };
  using MaybeFailure = std::optional<Failure>;

  std::optional<FetchedFile> present() const;
  FetchedFile row(
      int64_t bytes, const std::string& sha256, const char* status) const;
  void receive(PartialFile& part);
  MaybeFailure attempt(PartialFile& part);
  void discard(PartialFile& part);
  void discard_unless_safe(PartialFile& part);

  MaybeFailure accept(const HttpResponse& response, PartialFile& part);
  MaybeFailure accept_whole(const HttpResponse& response, PartialFile& part);
  MaybeFailure accept_range(const HttpResponse& response, PartialFile& part);
  MaybeFailure accept_no_range(const HttpResponse& response, PartialFile& part);
  MaybeFailure refused(const HttpResponse& response) const;
  void learn(std::optional<int64_t> bytes, const std::string& stated_sha256);

  MaybeFailure fault(const HttpResult& result) const;
  Failure broken(std::string reason, std::string retry_after = {}) const;
  Failure wrong(std::string reason) const;
  int64_t attempts(Kind kind) const;
  void pause(const Failure& failure, int64_t failures);

  std::optional<int64_t> wanted_bytes() const;
  const std::string& wanted_sha256() const;

  const RemoteFile& file_;
  std::string url_;
  std::filesystem::path path_;
  const DownloadOptions& options_;
  const DownloadObserver& observer_;
  HttpClient client_;
  Random random_;
  std::optional<int64_t> announced_bytes_; // by the last answer
  std::string stated_sha256_;              // by the server
  bool resumed_ = false;                   // with what an earlier process left
  bool whole_ = false; // the server has said that there is no more
};

} // namespace nanobrain
