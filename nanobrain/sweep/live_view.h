// What the runs of a sweep are at, on stderr.
#pragma once

#include <atomic>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "nanobrain/base/stopwatch.h"
#include "nanobrain/sweep/folder.h"

namespace nanobrain {

/// On a terminal what is left of all runs and a line for each that is going
/// on, redrawn twice a second: step, loss, speed, time left; elsewhere a line
/// as each begins and ends. Thread-safe.
class LiveView {
 public:
  /// `total` runs, of which `done` are finished.
  LiveView(SweepFolder folder, int64_t total, int64_t done);
  LiveView(const LiveView&) = delete;
  LiveView& operator=(const LiveView&) = delete;
  ~LiveView();

  void update(const Cell& cell, const RunSeed& seed, const RunStatus& status);

 private:
  struct Running {
    SeedFolder folder;
    int64_t steps;
  };
  void draw();
  void erase();
  std::string describe_runs() const;
  void print(const std::string& line);

  SweepFolder folder_;
  int64_t total_;
  int64_t done_;
  int64_t done_before_;
  Stopwatch clock_;
  bool terminal_;
  std::mutex mutex_;
  std::map<std::string, Running> running_;
  size_t drawn_ = 0; // lines on the terminal
  std::atomic<bool> ended_ = false;
  std::thread thread_;
};

/// "step 120/300, loss 6.12, 30,258 tokens/s, 1:10 left" of a run folder's
/// metrics; "starting" while it has none.
std::string describe_progress(const RunFolder& run, int64_t steps);

} // namespace nanobrain
