// One process a run folder.
#pragma once

#include <filesystem>

namespace nanobrain {

/// Holds a run folder for this process until it ends, however it ends (flock,
/// which the kernel releases). Error where another process holds it: two that
/// resume the same run would write over each other.
class RunLock {
 public:
  explicit RunLock(const std::filesystem::path& run);
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;
  ~RunLock();

 private:
  int fd_ = -1;
};

} // namespace nanobrain
