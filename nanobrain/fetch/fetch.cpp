#include "nanobrain/fetch/fetch.h"

#include <fmt/format.h>

#include <atomic>
#include <exception>
#include <mutex>

#include "nanobrain/base/error.h"
#include "nanobrain/base/interrupt.h"
#include "nanobrain/base/parallel.h"
#include "nanobrain/base/progress.h"
#include "nanobrain/fetch/transfer_meter.h"

namespace nanobrain {

namespace {

namespace fs = std::filesystem;

/// Bytes under the final name or the partial one.
int64_t bytes_there(const fs::path& path) {
  fs::path part = path;
  part += ".part";
  for (const fs::path& name : {path, part}) {
    std::error_code error;
    const auto bytes = fs::file_size(name, error);
    if (!error) return static_cast<int64_t>(bytes);
  }
  return 0;
}

/// Of all files; 0 where one is not known.
int64_t total_bytes(const FileList& list) {
  int64_t total = 0;
  for (const RemoteFile& file : list.files) {
    if (!file.bytes) return 0;
    total += *file.bytes;
  }
  return total;
}

std::vector<int64_t> bytes_there(const FileList& list, const fs::path& output) {
  std::vector<int64_t> bytes;
  for (const RemoteFile& file : list.files) {
    bytes.push_back(bytes_there(output / file.name));
  }
  return bytes;
}

/// Whether the downloads may go on, and the first failure of one of them.
class FirstFailure {
 public:
  bool go_on() const { return !failed_ && !interrupted(); }
  void note(std::exception_ptr error) {
    const std::lock_guard lock(mutex_);
    if (!error_) error_ = error;
    failed_ = true;
  }
  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  std::mutex mutex_;
  std::exception_ptr error_;
  std::atomic<bool> failed_{false};
};

const char* describe_checksum(const std::string& checksum) {
  if (checksum == "published") return "sha256 as published";
  if (checksum == "server") return "sha256 as the server states";
  return "no published checksum: its length alone was checked";
}

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
         {"checksum", row.checksum}});
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
        describe_checksum(row.checksum));
  }
  return text + fmt::format(
                    "{} files, {}: {}\n",
                    rows.size(),
                    format_bytes(static_cast<double>(bytes())),
                    output.string());
}

FetchReport fetch(const FileList& list, const FetchOptions& options) {
  constexpr int64_t kMostJobs = 64;
  require<UsageError>(
      options.jobs >= 1 && options.jobs <= kMostJobs,
      "--jobs",
      "must be from 1 to {}, but is {}",
      kMostJobs,
      options.jobs);
  FetchReport report{options.output, {}};
  report.rows.resize(list.files.size());
  TransferMeter meter(total_bytes(list), bytes_there(list, options.output));
  FirstFailure failure;
  const auto download = [&](int64_t i) {
    const auto index = static_cast<size_t>(i);
    const RemoteFile& file = list.files[index];
    const DownloadObserver observer{
        [&](int64_t bytes) { meter.set(index, bytes); },
        [&](std::string_view line) { meter.log(line); },
        [&] { return failure.go_on(); }};
    if (!failure.go_on()) return;
    try {
      report.rows[index] = FileDownload(
                               file,
                               list.url(file),
                               options.output / file.name,
                               options.download,
                               observer)
                               .run();
      meter.file_done();
    } catch (const DownloadStopped&) {
      // By the failure of another, or a signal.
    } catch (...) {
      failure.note(std::current_exception());
    }
  };
  parallel_for(std::ssize(list.files), options.jobs, download);
  meter.finish();
  failure.rethrow();
  require<Interrupted>(
      !interrupted(),
      "fetch",
      "stopped by a signal; what came is kept: run it again to go on");
  return report;
}

} // namespace nanobrain
