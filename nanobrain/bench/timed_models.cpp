#include "nanobrain/bench/timed_models.h"

#include <utility>

#include "nanobrain/bench/f32_engine.h"
#include "nanobrain/config/model_folder.h"
#include "nanobrain/eval/model_folder.h"
#include "nanobrain/model/huggingface.h"
#include "nanobrain/timing/int8_engine.h"

namespace nanobrain {

std::unique_ptr<TimedModel> open_timed_model(
    const std::filesystem::path& path) {
  const auto folder = find_model_folder(path);
  return is_int8_folder(folder)
             ? make_timed_model(path.string(), RuntimeModel::load(folder))
             : make_timed_model(path.string(), load_model(folder));
}

std::unique_ptr<TimedModel> make_random_timed_model(
    std::string name, const ModelConfig& config) {
  config.validate();
  return make_timed_model(std::move(name), NanoLM(config));
}

} // namespace nanobrain
