// The progress of downloads that run side by side.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <vector>

#include "nanobrain/base/progress.h"

namespace nanobrain {

/// One bar for all files: bytes, bytes a second, files done. For any thread.
class TransferMeter {
 public:
  /// `total` bytes of all files, 0 where it is not known; `present`: what of
  /// each file is there already.
  TransferMeter(int64_t total, std::vector<int64_t> present);

  /// File `index` has so many bytes now.
  void set(size_t index, int64_t bytes);
  void file_done();
  void log(std::string_view line);
  void finish();

 private:
  using Clock = std::chrono::steady_clock;
  void update();

  std::mutex mutex_;
  std::vector<int64_t> bytes_; // of each file
  int64_t sum_;
  int64_t start_;
  size_t files_done_ = 0;
  Clock::time_point begin_ = Clock::now();
  Progress progress_;
};

} // namespace nanobrain
