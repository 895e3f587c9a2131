// The int8 engine under the clock.
#pragma once

#include <memory>
#include <string>

#include "nanobrain/runtime/model.h"
#include "nanobrain/timing/engine.h"

namespace nanobrain {

/// Each of its engines has a session and a thread pool. `name` is what the
/// report calls the model.
std::unique_ptr<TimedModel> make_timed_model(
    std::string name, std::shared_ptr<const RuntimeModel> model);

} // namespace nanobrain
