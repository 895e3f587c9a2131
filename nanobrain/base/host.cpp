#include "nanobrain/base/host.h"

#include <sched.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <build_info.h> // NANOBRAIN_BUILD_COMMIT, written at build time
#include <algorithm>
#include <fstream>
#include <optional>
#include <thread>

namespace nanobrain {

namespace {

/// The text after "KEY<blanks>:<blanks>" in a file of /proc.
std::optional<std::string> proc_value(
    const char* path, std::string_view wanted) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const size_t colon = line.find(':');
    if (colon == std::string::npos || !line.starts_with(wanted)) continue;
    const size_t begin = line.find_first_not_of(" \t", colon + 1);
    if (line.find_first_not_of(" \t", wanted.size()) != colon) continue;
    if (begin != std::string::npos) return line.substr(begin);
  }
  return std::nullopt;
}

utsname system_name() {
  utsname name{};
  uname(&name);
  return name;
}

} // namespace

std::string cpu_name() {
  // ARM kernels give no model name.
  return proc_value("/proc/cpuinfo", "model name")
      .value_or(system_name().machine);
}

int64_t available_cpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) == 0) return CPU_COUNT(&set);
  // More processors than cpu_set_t holds.
  return std::max<int64_t>(1, std::thread::hardware_concurrency());
}

int64_t memory_bytes() {
  return int64_t{sysconf(_SC_PHYS_PAGES)} * sysconf(_SC_PAGESIZE);
}

int64_t peak_rss_bytes() {
  // getrusage's figure survives exec: it may be that of the parent process.
  if (const auto kib = proc_value("/proc/self/status", "VmHWM")) {
    return std::stoll(*kib) * 1024;
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return int64_t{usage.ru_maxrss} * 1024;
}

std::string build_commit() {
  return NANOBRAIN_BUILD_COMMIT;
}

Json host_facts() {
  const utsname name = system_name();
#ifdef __clang__
  const std::string compiler = "Clang " __clang_version__;
#else
  const std::string compiler = "GCC " __VERSION__;
#endif
  return {
      {"cpu", cpu_name()},
      {"cpus", available_cpus()},
      {"memory_bytes", memory_bytes()},
      {"os", std::string(name.sysname) + " " + name.release},
      {"hostname", name.nodename},
      {"commit", build_commit()},
      {"compiler", compiler},
      {"build_type", NANOBRAIN_BUILD_TYPE},
  };
}

} // namespace nanobrain
