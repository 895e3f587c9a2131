// A program run to its end, with its output kept and its end passed on.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "nanobrain/base/json.h"

namespace nanobrain {

struct ChildRequest {
  std::vector<std::string> command; // the program by path, or on the PATH
  std::filesystem::path log;        // gets what it writes to stderr, at the end
  std::vector<int> cpus = {};       // that it may run on; empty: all
  std::vector<int> inherited = {};  // descriptors left open in it
};

struct ChildResult {
  int exit_code = 0;     // 128 + the signal where one ended it
  std::string out;       // what it wrote to stdout
  std::string last_line; // of stderr, or the signal: why it failed
  bool ok() const { return exit_code == 0; }
};

/// Runs a program and waits. A signal that asks this process to end
/// (interrupt.h) is passed on once, as SIGINT, and the child's end awaited; it
/// gets the same signal where this process is killed. Error if there can be
/// no child.
ChildResult run_child(const ChildRequest& request);

/// What a worker has for a run.
struct RunTools {
  std::filesystem::path program; // nanobrain
  int64_t threads = 1;
  std::vector<int> cpus = {}; // pinned to them; empty: not pinned

  /// Runs a command of the program with --json, whose object is on stdout.
  ChildResult run(
      std::vector<std::string> arguments,
      const std::filesystem::path& log,
      std::vector<int> inherited = {}) const;
  /// The object that it writes. Error where it fails, Interrupted once a signal
  /// has come.
  Json json(
      const std::vector<std::string>& arguments,
      const std::filesystem::path& log,
      std::vector<int> inherited) const;
};

} // namespace nanobrain
