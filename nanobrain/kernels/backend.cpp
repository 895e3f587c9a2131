#include "nanobrain/kernels/backend.h"

#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <fmt/format.h>
#include <torch/version.h>

#include "nanobrain/base/error.h"
#include "nanobrain/base/host.h"
#include "nanobrain/kernels/isa.h"

namespace nanobrain {

std::string torch_version() {
  return TORCH_VERSION;
}

std::string backend_summary() {
  return fmt::format(
      "LibTorch {}, {}, {} threads",
      torch_version(),
      name(active_isa()),
      at::get_num_threads());
}

int64_t set_threads(int64_t threads) {
  require<UsageError>(
      threads >= 0, "--threads", "must be 0 (all) or more, but is {}", threads);
  if (threads == 0) {
    threads = available_cpus();
  }
  at::set_num_threads(static_cast<int>(threads));
  return threads;
}

} // namespace nanobrain
