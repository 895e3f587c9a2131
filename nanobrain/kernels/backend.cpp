#include "nanobrain/kernels/backend.h"

#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/ops/ones.h>
#include <fmt/format.h>
#include <torch/version.h>

#include "nanobrain/base/parallel.h"
#include "nanobrain/kernels/isa.h"

namespace nanobrain {

std::string torch_version() {
  return TORCH_VERSION;
}

std::string backend_summary() {
  const int threads = at::get_num_threads();
  return fmt::format(
      "LibTorch {}, {}, {} {}",
      torch_version(),
      name(active_isa()),
      threads,
      threads == 1 ? "thread" : "threads");
}

int64_t set_threads(int64_t threads) {
  threads = resolve_threads(threads);
  at::set_num_threads(static_cast<int>(threads));
  return threads;
}

void load_vector_math() {
  [[maybe_unused]] static const bool loaded = [] {
    for (const auto type : {at::kFloat, at::kDouble}) {
      at::ones({1}, type).exp().log();
    }
    return true;
  }();
}

} // namespace nanobrain
