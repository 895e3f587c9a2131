// One worker a run, on one machine or on many that share a file system.
#pragma once

#include <filesystem>
#include <optional>
#include <utility>

#include "nanobrain/base/descriptor.h"

namespace nanobrain {

/// An exclusive lock on a file (fcntl's open file description lock), which the
/// kernel releases when the last process that holds the descriptor ends,
/// however it ends; no clock is asked. NFS and Lustre carry it, but a machine
/// that they lose sight of loses it untold: see RunStatus::generation.
class Claim {
 public:
  /// Makes the file where it is missing. None where another has it; Error if
  /// the file system knows no locks.
  static std::optional<Claim> take(const std::filesystem::path& lock);
  /// Waits until it can be had; Interrupted once a signal has come.
  static Claim wait(const std::filesystem::path& lock);

  /// True while a worker has it; asking takes nothing from anyone.
  static bool is_taken(const std::filesystem::path& lock);

  /// For a child process, which inherits the lock: it outlives a worker that is
  /// killed until the child has ended, too.
  int descriptor() const { return fd_.get(); }

 private:
  explicit Claim(Descriptor fd) : fd_(std::move(fd)) {}
  Descriptor fd_;
};

} // namespace nanobrain
