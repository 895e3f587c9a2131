// What TensorBoard itself reads in a folder of events.
#pragma once

#include "nanobrain/base/json.h"
#include "tests/support/support.h"

namespace nanobrain::testing {

/// {"scalars": {tag: [[step, value], ...]}, "texts": {tag: [[step, text],
/// ...]}, "wall_times": [...]}, all in the order that TensorBoard has them.
inline Json read_with_tensorboard(const fs::path& folder) {
  const ProcessResult result = run_process(
      {python(),
       source_dir() / "tests" / "run" / "read_events.py",
       folder.string()});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  return Json::parse(result.out, nullptr, false);
}

} // namespace nanobrain::testing
