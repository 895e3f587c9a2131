// What must hold whatever the input is.
#pragma once

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <initializer_list>

#include "nanobrain/capi/nanobrain_runtime.h"

namespace nanobrain::fuzz {

/// Ends the process, which libFuzzer takes for a finding, unless `ok`.
inline void expect(bool ok) {
  if (ok) return;
  std::fprintf(stderr, "unexpected; last error: %s\n", nb_last_error());
  std::abort();
}

/// Whether the status is NB_OK; it must be one of these.
inline bool expect_one_of(
    nb_status status, std::initializer_list<nb_status> allowed) {
  if (std::find(allowed.begin(), allowed.end(), status) == allowed.end()) {
    std::fprintf(stderr, "status %s\n", nb_status_name(status));
    expect(false);
  }
  return status == NB_OK;
}

inline nb_thread_pool* make_pool(int32_t threads) {
  nb_thread_pool* pool = nullptr;
  expect(nb_thread_pool_create(threads, &pool) == NB_OK);
  return pool;
}

} // namespace nanobrain::fuzz
