// An f32 model on LibTorch under the clock.
#pragma once

#include <memory>
#include <string>

#include "nanobrain/timing/engine.h"

namespace nanobrain {

class NanoLM;

/// Its engines run in inference mode and generate as `nanobrain generate` does,
/// with keys and values kept. make_engine() sets the threads of all LibTorch
/// operators. `name` is what the report calls the model.
std::unique_ptr<TimedModel> make_timed_model(std::string name, NanoLM model);

} // namespace nanobrain
