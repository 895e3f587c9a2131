// The jobs of inference/ as nanobrain runs them.
#pragma once

#include "nanobrain/data/documents.h"
#include "nanobrain/inference/evaluation.h"
#include "nanobrain/inference/open_model.h"
#include "nanobrain/model/f32_model.h"

namespace nanobrain::testing {

inline const Capabilities& with_libtorch() {
  static const Capabilities all = {
      .open_f32 = open_f32_model,
      .open_documents = open_documents,
      .make_counters = make_counters};
  return all;
}

} // namespace nanobrain::testing
