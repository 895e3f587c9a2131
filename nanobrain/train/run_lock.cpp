// One process a run folder.
#include "nanobrain/train/run_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

#include "nanobrain/base/error.h"

namespace nanobrain {

RunLock::RunLock(const std::filesystem::path& run)
    : fd_(open(run.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  // File systems without locks say so with another error: go on without.
  const bool taken =
      fd_ >= 0 && flock(fd_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  if (taken) close(fd_);
  require(
      !taken,
      run.string(),
      "is in use: another process trains there; wait for it or stop it");
}

RunLock::~RunLock() {
  if (fd_ >= 0) close(fd_);
}

} // namespace nanobrain
