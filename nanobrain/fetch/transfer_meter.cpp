#include "nanobrain/fetch/transfer_meter.h"

#include <fmt/format.h>

#include <numeric>
#include <utility>

namespace nanobrain {

TransferMeter::TransferMeter(int64_t total, std::vector<int64_t> present)
    : bytes_(std::move(present)),
      sum_(std::accumulate(bytes_.begin(), bytes_.end(), int64_t{0})),
      start_(sum_),
      progress_("fetch", total, start_) {}

void TransferMeter::set(size_t index, int64_t bytes) {
  const std::lock_guard lock(mutex_);
  sum_ += bytes - bytes_[index];
  bytes_[index] = bytes;
  update();
}

void TransferMeter::file_done() {
  const std::lock_guard lock(mutex_);
  ++files_done_;
  update();
}

void TransferMeter::log(std::string_view line) {
  const std::lock_guard lock(mutex_);
  progress_.log(line);
}

void TransferMeter::finish() {
  const std::lock_guard lock(mutex_);
  progress_.finish();
}

void TransferMeter::update() {
  const double seconds =
      std::chrono::duration<double>(Clock::now() - begin_).count();
  const auto fetched = static_cast<double>(sum_ - start_);
  progress_.update(
      sum_,
      fmt::format(
          "{}/s  {} of {} files",
          format_bytes(seconds > 0 && fetched > 0 ? fetched / seconds : 0),
          files_done_,
          bytes_.size()));
}

} // namespace nanobrain
